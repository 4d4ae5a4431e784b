"""A whole tuning: from its spec to its report, and the winner into its file."""

import datetime
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sidecar.errors import RerankError, StartupError
from sidecar.runtime.cores import available_cores, nodes, physical_cores
from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.runs import Layout
from sidecar.runtime.tuned_layouts import StoredLayout, state_folder, store
from sidecar.settings import Settings
from sidecar.workshop.bench.machine import Machine, read_machine
from sidecar.workshop.progress import ReportStep
from sidecar.workshop.tune.alternatives import alternatives
from sidecar.workshop.tune.candidates import budgets, layout_name, shapes
from sidecar.workshop.tune.contention import BUSY
from sidecar.workshop.tune.measurement import Measurement, Outcome
from sidecar.workshop.tune.pair_source import PairSource
from sidecar.workshop.tune.paired_comparison import Gain

SCREEN_SHARE, FINAL_SHARE, ALTERNATIVES_SHARE = 0.35, 0.5, 0.15
"""Of the seconds."""
FINALISTS = 2
MIN_SCREEN_RATIO = 0.9
"""Of a finalist's pairs/s to the default's in the screening."""
PAIRS_PER_CORE = 4
"""Of a round, at least."""


@dataclass(frozen=True, slots=True)
class TuneSpec:
    """What to measure, how long, and whether to keep the winner."""

    settings: Settings
    seconds: float
    requests: Path | None
    """JSON lines to score instead of the synthetic workload."""
    concurrency: int
    dry_run: bool
    keep_when_busy: bool
    """Keep the winner even if other processes used the cores."""


@dataclass(frozen=True, slots=True)
class AlternativeOutcome:
    """Another graph or runtime that the settings could name."""

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
    """Share of the time in which the default's threads waited for cores that others used."""
    folder: ModelFolder
    outcomes: tuple[Outcome, ...]
    """The default's first."""
    winner: Outcome
    alternatives: tuple[AlternativeOutcome, ...]
    path: Path | None
    """Where the winner was kept."""
    not_kept: str
    """Why it was not."""


def tune(spec: TuneSpec, report_step: ReportStep) -> Report:
    """Measures, and keeps the winner. Raises StartupError when the model does not run, or cannot
    score the requests."""
    try:
        return _tune(spec, report_step)
    except RerankError as fault:  # a model that fails, a query that is too long
        raise StartupError(fault.message) from fault


def _tune(spec: TuneSpec, report_step: ReportStep) -> Report:
    settings = spec.settings
    machine = read_machine()
    folder = ModelFolder.read(settings.models[0].folder, settings.runtime_options)
    folder.running.manifest.check_reranker()
    pairs = PairSource(folder.tokenizer, spec.requests, spec.concurrency)
    min_pairs = PAIRS_PER_CORE * machine.cores
    with closing(Measurement(folder, folder.default_layout(), pairs, min_pairs)) as measurement:
        report_step("warming up")
        measurement.warm_up()
        outcomes = _outcomes(measurement, folder, spec.seconds, report_step)
        winner = fastest(outcomes)
        others = tuple(_alternatives(measurement, folder, winner, spec.seconds, report_step))
    waited = measurement.contention.share
    path, not_kept = _keep(spec, folder, winner, waited)
    return Report(
        machine=machine,
        physical=physical_cores(),
        nodes=len(nodes()),
        waited=waited,
        folder=folder,
        outcomes=tuple(outcomes),
        winner=winner,
        alternatives=others,
        path=path,
        not_kept=not_kept,
    )


def fixed_settings(settings: Settings) -> list[str]:
    """The settings that fix the layout, so that a kept one is not used."""
    names = ("workers", "threads", "token_budget")
    return [name for name in names if getattr(settings, name) is not None]


def fastest(outcomes: Sequence[Outcome]) -> Outcome:
    """The best layout that beats the default (the first) beyond the noise; else the default."""
    faster = [
        outcome for outcome in outcomes if outcome.gain is not None and outcome.gain.worthwhile
    ]
    return max(faster, key=lambda outcome: outcome.ratio, default=outcomes[0])


def _outcomes(
    measurement: Measurement, folder: ModelFolder, seconds: float, report_step: ReportStep
) -> list[Outcome]:
    """One per layout, the default's first; finalists have the figures of the final.

    Token budgets are tried only with the best of the shapes, so that each gets longer rounds.
    """
    default, running = folder.default_layout(), folder.running
    device, runs = running.device, running.graph.runs
    candidates = shapes(default, device=device, cores=available_cores(), physical=physical_cores())
    screenings = len(candidates) + len(budgets(default, runs=runs, device=device))
    screening_s = seconds * SCREEN_SHARE / screenings

    def screen(layouts: Sequence[Layout]) -> Iterator[Outcome]:
        for layout in layouts:
            report_step(f"screening {layout_name(layout)}")
            yield measurement.screen(layout, screening_s)

    screened = list(screen(candidates))
    best = max([Outcome(default), *_promising(screened)], key=lambda outcome: outcome.ratio).layout
    screened += screen(budgets(best, runs=runs, device=device))
    finalists = [outcome.layout for outcome in _promising(screened)[:FINALISTS]]
    report_step("measuring " + ", ".join(map(layout_name, [default, *finalists])))
    finals = measurement.final(finalists, seconds * FINAL_SHARE)
    ordered = [*finals[:1], *screened, *finals[1:]]
    return list({outcome.layout: outcome for outcome in ordered}.values())


def _promising(screened: Sequence[Outcome]) -> list[Outcome]:
    """The outcomes that may turn out to be faster than the default, the best first."""
    promising = [
        outcome for outcome in screened if not outcome.fault and outcome.ratio >= MIN_SCREEN_RATIO
    ]
    return sorted(promising, key=lambda outcome: -outcome.ratio)


def _alternatives(
    measurement: Measurement,
    folder: ModelFolder,
    winner: Outcome,
    seconds: float,
    report_step: ReportStep,
) -> Iterator[AlternativeOutcome]:
    """The other graphs and runtimes for this machine, each in a short trial."""
    by_flags = alternatives(folder)
    for flags, other in by_flags.items():
        report_step(f"trying {flags}")
        try:
            share_s = seconds * ALTERNATIVES_SHARE / len(by_flags)
            gain = measurement.compare_with_other(other, winner.layout, share_s)
            yield AlternativeOutcome(flags, gain)
        except RerankError as fault:
            yield AlternativeOutcome(flags, None, fault.message)


def _keep(
    spec: TuneSpec, folder: ModelFolder, winner: Outcome, waited: float
) -> tuple[Path | None, str]:
    """(where the winner is kept, else why it is not)."""
    if spec.dry_run:
        return None, "--dry-run"
    if waited > BUSY and not spec.keep_when_busy:
        return None, "other processes used the cores; --beside-others if they always will"
    state = state_folder(spec.settings.state)
    if state is None:
        return None, "there is no home folder, and the setting `state` names no other"
    layout = winner.layout
    stored = StoredLayout(
        format=1,
        place=folder.layout_key,
        score_revision=folder.running.score_revision,
        workers=layout.workers,
        intra_op_threads=layout.intra_op_threads,
        token_budget=layout.token_budget,
        measured=datetime.date.today(),
        ratio=winner.ratio,
    )
    try:
        return store(state, stored), ""
    except OSError as fault:
        return None, f"{state} cannot be written: {fault.strerror}"
