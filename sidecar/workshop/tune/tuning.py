"""A whole tuning: spec to report, and the winner into its file."""

import datetime
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sidecar.errors import RerankError
from sidecar.runtime.cores import available_cores, nodes, physical_cores
from sidecar.runtime.loading import Opening
from sidecar.runtime.runs import Layout
from sidecar.runtime.tuned_layouts import Kept, keep, state_folder
from sidecar.settings import Settings
from sidecar.workshop.bench.machine import Machine, read_machine
from sidecar.workshop.tune.alternatives import alternatives
from sidecar.workshop.tune.candidates import budgets, named, shapes
from sidecar.workshop.tune.contention import BUSY
from sidecar.workshop.tune.measurement import Measurement, Outcome
from sidecar.workshop.tune.pair_source import PairSource
from sidecar.workshop.tune.paired_comparison import Gain

SCREEN_SHARE, FINAL_SHARE, BESIDE_SHARE = 0.35, 0.5, 0.15
"""Of the seconds."""
FINALISTS = 2
MIN_SCREEN_RATIO = 0.9
"""A layout below this share of the default's pairs/s in the screening is no finalist."""
PAIRS_PER_CORE = 4
"""Of a round at least."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class TuneSpec:
    """What the command line asked for."""

    settings: Settings
    seconds: float
    requests: Path | None
    together: int
    dry_run: bool
    beside_others: bool
    """Whether a busy machine is as it will be: then what wins there is kept."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another graph or engine that the settings could name."""

    flags: str
    gain: Gain | None
    """Its pairs/s against the winner's; None where it does not run."""
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that is shown."""

    machine: Machine
    physical: int
    nodes: int
    waited: float
    """Share of the time in which the default's threads waited for a core that others had."""
    opening: Opening
    outcomes: tuple[Outcome, ...]
    """The default's first."""
    winner: Outcome
    others: tuple[Alternative, ...]
    path: Path | None
    """Where the winner was kept."""
    not_kept: str
    """Why it was not."""


def run(spec: TuneSpec, say: Say) -> Report:
    """Measures, and keeps the winner. Raises StartupError when the model does not run."""
    settings = spec.settings
    machine = read_machine()
    opening = Opening.read(
        settings.model, settings.device, settings.graph, settings.engine, settings.precision
    )
    texts = PairSource(opening.tokenizer, spec.requests, spec.together)
    least = PAIRS_PER_CORE * machine.cores
    with closing(Measurement(opening, opening.layout(), texts, least)) as measurement:
        say("warming up")
        measurement.warm_up()
        outcomes = _outcomes(measurement, opening, spec.seconds, say)
        winner = fastest(outcomes)
        beside = tuple(_beside(measurement, opening, winner, spec.seconds, say))
    waited = measurement.waits.share
    path, not_kept = _keep(spec, opening, winner, waited)
    return Report(
        machine=machine,
        physical=physical_cores(),
        nodes=len(nodes()),
        waited=waited,
        opening=opening,
        outcomes=tuple(outcomes),
        winner=winner,
        others=beside,
        path=path,
        not_kept=not_kept,
    )


def fixed(settings: Settings) -> list[str]:
    """Settings in force that fix the layout, so that a kept one is not used."""
    names = ("workers", "threads", "token_budget")
    return [name for name in names if getattr(settings, name) is not None]


def fastest(outcomes: Sequence[Outcome]) -> Outcome:
    """The one that beats the default, which is the first, beyond the noise; else the default."""
    faster = [each for each in outcomes if each.gain is not None and each.gain.worthwhile]
    return max(faster, key=lambda each: each.ratio, default=outcomes[0])


def _outcomes(
    measurement: Measurement, opening: Opening, seconds: float, say: Say
) -> list[Outcome]:
    """One per layout, the default's first; those that came far have the figures of the final.

    Token budgets are tried with the best of the shapes alone, so that each gets longer rounds.
    """
    default, loaded = opening.layout(), opening.loaded
    device, runs = loaded.device, loaded.running.runs
    candidates = shapes(default, device=device, cores=available_cores(), physical=physical_cores())
    each_s = (
        seconds * SCREEN_SHARE / (len(candidates) + len(budgets(default, runs=runs, device=device)))
    )

    def screened(layouts: Sequence[Layout]) -> list[Outcome]:
        found = []
        for layout in layouts:
            say(f"screening {named(layout)}")
            found.append(measurement.screen(layout, each_s))
        return found

    found = screened(candidates)
    best = max([Outcome(default), *_hopeful(found)], key=lambda each: each.ratio).layout
    found += screened(budgets(best, runs=runs, device=device))
    finalists = [each.layout for each in _hopeful(found)[:FINALISTS]]
    say("measuring " + ", ".join(named(each) for each in [default, *finalists]))
    finals = measurement.final(finalists, seconds * FINAL_SHARE)
    by_layout = {each.layout: each for each in [*finals[:1], *found, *finals[1:]]}
    return list(by_layout.values())


def _hopeful(found: Sequence[Outcome]) -> list[Outcome]:
    """Those that may turn out to be faster than the default, the best first."""
    left = [each for each in found if not each.fault and each.ratio >= MIN_SCREEN_RATIO]
    return sorted(left, key=lambda each: -each.ratio)


def _beside(
    measurement: Measurement, opening: Opening, winner: Outcome, seconds: float, say: Say
) -> Iterator[Alternative]:
    """The other graphs and engines that could run here, each in a short trial."""
    found = alternatives(opening)
    for flags, other in found.items():
        say(f"trying {flags}")
        try:
            share_s = seconds * BESIDE_SHARE / len(found)
            yield Alternative(flags, measurement.beside(other, winner.layout, share_s))
        except RerankError as fault:
            yield Alternative(flags, None, fault.message)


def _keep(
    spec: TuneSpec, opening: Opening, winner: Outcome, waited: float
) -> tuple[Path | None, str]:
    """(where the winner is kept, else why it is not)."""
    if spec.dry_run:
        return None, "--dry-run"
    if waited > BUSY and not spec.beside_others:
        return None, "others used the cores; --beside-others if they always will"
    state = state_folder(spec.settings.state)
    if state is None:
        return None, "there is no home folder, and the setting `state` names no other"
    layout = winner.layout
    kept = Kept(
        format=1,
        place=opening.place,
        score_revision=opening.loaded.score_revision,
        workers=layout.workers,
        intra_op_threads=layout.intra_op_threads,
        token_budget=layout.token_budget,
        measured=datetime.date.today(),
        ratio=winner.ratio,
    )
    try:
        return keep(state, kept), ""
    except OSError as fault:
        return None, f"{state} cannot be written: {fault.strerror}"
