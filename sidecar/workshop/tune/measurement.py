"""Measures layouts beside the default one.

screen              another layout, in two rounds
final               the best of the screening, in rounds that all of them run
compare_with_other  another graph or runtime under its own default layout, beside the winner

Trials of a round score the same texts in turn, in changing order, so that other processes disturb
all of them alike. Every screened layout's scores are compared with the default's: a layout must not
change them.
"""

import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass

from sidecar.errors import RerankError
from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.model_queue import Clock
from sidecar.runtime.runs import Layout
from sidecar.runtime.session import Session
from sidecar.workshop.bench.interleaving import turn_order
from sidecar.workshop.tune.contention import CpuContention
from sidecar.workshop.tune.pair_source import PairSource
from sidecar.workshop.tune.paired_comparison import MIN_ROUNDS, SIGNIFICANCE, Gain, compare
from sidecar.workshop.tune.trial import Trial, TrialResult, max_difference

ROUND_S = 0.5
"""Long enough that the end of a round, when workers run out of pairs, hardly counts."""
SCREEN_ROUNDS, MAX_ROUNDS = 2, 20
MAX_SESSIONS = 3
"""Open at a time: each may hold a gigabyte of weights."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A layout's speed beside the default's."""

    layout: Layout
    rate: float = 0.0
    """Pairs/s, median over its last rounds."""
    ratio: float = 1.0
    """Its pairs/s divided by the default's."""
    gain: Gain | None = None
    """The ratio with its bounds; None for the default and for layouts that were only screened."""
    fault: str = ""
    """Why it is rejected, if not for being slow."""


class Measurement:
    """The default layout at work, and trials beside it. `close` it after use."""

    def __init__(
        self,
        folder: ModelFolder,
        default: Layout,
        pairs: PairSource,
        min_pairs: int,
        clock: Clock = time.perf_counter,
    ) -> None:
        """A round has at least `min_pairs` pairs, however slow the model is.

        Raises StartupError when the model does not run.
        """
        self._opening = folder
        self._pairs = pairs
        self._min_pairs = min_pairs
        self._sessions = Sessions(folder)
        self._clock = clock
        self._default = self._start(folder, default, self._sessions.of(default))
        self._rate = 0.0
        self.contention = CpuContention()
        """In the rounds of the default layout, which has no more threads than cores."""

    def warm_up(self) -> float:
        """Pairs/s of the default layout, once memory is allocated and caches are warm."""
        for requests in self._pairs.rounds(2, self._min_pairs):
            self._rate = self._default.run(requests).rate
        return self._rate

    def screen(self, layout: Layout, seconds: float) -> Outcome:
        """The layout beside the default, for about `seconds`."""
        try:
            with self._trial(layout) as trial:
                results = self._interleave([self._default, trial], SCREEN_ROUNDS, seconds)
        except RerankError as fault:
            return Outcome(layout, fault=fault.message)
        ours, base = results[trial], results[self._default]
        tolerance = self._opening.running.graph.tolerance
        if (moved := max_difference(ours, base)) > tolerance:
            reason = f"moves scores by {moved:.1g}, tolerance {tolerance:.1g}"
            return Outcome(layout, fault=reason)
        ratios = [one.rate / other.rate for one, other in zip(ours, base, strict=True)]
        return Outcome(layout, _median(ours), statistics.geometric_mean(ratios))

    def final(self, layouts: Sequence[Layout], seconds: float) -> list[Outcome]:
        """The default and these layouts, interleaved for about `seconds`. Raises RerankError."""
        with ExitStack() as stack:
            trials = [stack.enter_context(self._trial(layout)) for layout in layouts]
            share_s = seconds / (1 + len(layouts))
            rounds = min(max(MIN_ROUNDS, round(share_s / ROUND_S)), MAX_ROUNDS)
            results = self._interleave([self._default, *trials], rounds, seconds)
        base = results[self._default]
        significance = SIGNIFICANCE / max(1, len(layouts))
        gains = [_gain(results[trial], base, significance) for trial in trials]
        return [
            Outcome(self._default.layout, _median(base)),
            *(
                Outcome(trial.layout, _median(results[trial]), gain.ratio, gain)
                for trial, gain in zip(trials, gains, strict=True)
            ),
        ]

    def compare_with_other(self, other: ModelFolder, winner: Layout, seconds: float) -> Gain:
        """Another graph or runtime, under its default layout, against ours under `winner`.

        Raises StartupError when it does not run here, RerankError when it fails.
        """
        layout = other.default_layout()
        session = other.session(layout)
        with self._trial(winner) as ours, self._warm(other, layout, session) as theirs:
            results = self._interleave([ours, theirs], MIN_ROUNDS, seconds)
        return _gain(results[theirs], results[ours], SIGNIFICANCE)

    def close(self) -> None:
        """Stops the default layout's workers."""
        self._default.close()

    def _trial(self, layout: Layout) -> AbstractContextManager[Trial]:
        return self._warm(self._opening, layout, self._sessions.of(layout))

    @contextmanager
    def _warm(self, folder: ModelFolder, layout: Layout, session: Session) -> Iterator[Trial]:
        """A trial that has run one round."""
        with closing(self._start(folder, layout, session)) as trial:
            trial.run(self._pairs.rounds(1, self._min_pairs)[0])
            yield trial

    def _start(self, folder: ModelFolder, layout: Layout, session: Session) -> Trial:
        return Trial(folder, layout, session, self._pairs.concurrency, self._clock)

    def _interleave(
        self, trials: Sequence[Trial], rounds: int, seconds: float
    ) -> dict[Trial, list[TrialResult]]:
        """The results of each trial by round; all rounds together take about `seconds`."""
        round_pairs = round(self._rate * seconds / (rounds * len(trials)))
        results: dict[Trial, list[TrialResult]] = {trial: [] for trial in trials}
        for number, requests in enumerate(
            self._pairs.rounds(rounds, max(round_pairs, self._min_pairs))
        ):
            for trial in turn_order(trials, number):
                before = CpuContention.now()
                results[trial].append(trial.run(requests))
                if trial is self._default:
                    self.contention += CpuContention.now() - before
        return results


class Sessions:
    """Sessions for layouts, at most MAX_SESSIONS open at a time; that of the first layout stays."""

    def __init__(self, folder: ModelFolder) -> None:
        self._opening = folder
        self._open: list[tuple[Layout, Session]] = []

    def of(self, layout: Layout) -> Session:
        """An open session that the layout can share, or a new one. Raises StartupError."""
        for opened_for, session in self._open:
            if self._opening.shares_session(opened_for, layout):
                return session
        if len(self._open) == MAX_SESSIONS:
            del self._open[1]
        session = self._opening.session(layout)
        self._open.append((layout, session))
        return session


def _gain(ours: Sequence[TrialResult], theirs: Sequence[TrialResult], significance: float) -> Gain:
    return compare([run.rate for run in ours], [run.rate for run in theirs], significance)


def _median(runs: Sequence[TrialResult]) -> float:
    return statistics.median(run.rate for run in runs)
