"""The measurement, beside the default layout all the time.

screen   another layout, in two rounds
final    the best of the screening, in rounds that all of them run
beside   another graph or engine under its own default layout, in some rounds with the winner

All that run in a round score the same texts, one after the other in changing order, so that what
else the machine does meets all alike. Every screened layout's scores are compared with the
default's: a layout may never change them.
"""

import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass

from sidecar.errors import RerankError
from sidecar.runtime.loading import Opening
from sidecar.runtime.onnx_session import Session
from sidecar.runtime.runs import Layout
from sidecar.runtime.scheduler import Clock
from sidecar.workshop.bench.interleaving import turn_order
from sidecar.workshop.tune.contention import CpuContention
from sidecar.workshop.tune.pair_source import PairSource
from sidecar.workshop.tune.paired_comparison import MIN_ROUNDS, SIGNIFICANCE, Gain, compare
from sidecar.workshop.tune.trial import Trial, TrialResult, farthest

ROUND_S = 0.5
"""Long enough that the end of a round, when workers run out of pairs, counts little."""
SCREEN_ROUNDS, MAX_ROUNDS = 2, 20
MAX_SESSIONS = 3
"""Of the graph, open at a time: each may hold a gigabyte of weights."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was found of a layout."""

    layout: Layout
    rate: float = 0.0
    """Pairs/s, median over its last rounds."""
    ratio: float = 1.0
    """Of its pairs/s to the default's."""
    gain: Gain | None = None
    """The ratio with its bounds; None of the default and of what came no further than screening."""
    fault: str = ""
    """Why it is out, when it is not for being slow."""


class Measurement:
    """The default layout at work, and whatever is measured beside it. `close` it after use."""

    def __init__(
        self,
        opening: Opening,
        default: Layout,
        texts: PairSource,
        least_pairs: int,
        clock: Clock = time.perf_counter,
    ) -> None:
        """`least_pairs` are those of a round, however slow the model is.

        Raises StartupError when the model does not run.
        """
        self._opening = opening
        self._texts = texts
        self._least_pairs = least_pairs
        self._sessions = Sessions(opening)
        self._clock = clock
        self._base = self._start(opening, default, self._sessions.of(default))
        self._rate = 0.0
        self.waits = CpuContention()
        """Of the default layout's rounds, which has no more threads than cores."""

    def warm_up(self) -> float:
        """Pairs/s of the default layout once memory is taken and caches are full."""
        for requests in self._texts.rounds(2, self._least_pairs):
            self._rate = self._base.run(requests).rate
        return self._rate

    def screen(self, layout: Layout, seconds: float) -> Outcome:
        """The layout beside the default, for about so long."""
        try:
            with self._trial(layout) as trial:
                found = self._race([self._base, trial], SCREEN_ROUNDS, seconds)
        except RerankError as fault:
            return Outcome(layout, fault=fault.message)
        ours, base = found[trial], found[self._base]
        tolerance = self._opening.loaded.running.tolerance
        if (far := farthest(ours, base)) > tolerance:
            return Outcome(layout, fault=f"moves scores by {far:.1g}, tolerance {tolerance:.1g}")
        ratios = [mine.rate / their.rate for mine, their in zip(ours, base, strict=True)]
        return Outcome(layout, _median(ours), statistics.geometric_mean(ratios))

    def final(self, layouts: Sequence[Layout], seconds: float) -> list[Outcome]:
        """The default and these layouts, interleaved for about so long. Raises RerankError."""
        with ExitStack() as stack:
            trials = [stack.enter_context(self._trial(layout)) for layout in layouts]
            share_s = seconds / (1 + len(layouts))
            number = min(max(MIN_ROUNDS, round(share_s / ROUND_S)), MAX_ROUNDS)
            found = self._race([self._base, *trials], number, seconds)
        base = found[self._base]
        chance = SIGNIFICANCE / max(1, len(layouts))
        gains = [_gain(found[trial], base, chance) for trial in trials]
        return [
            Outcome(self._base.layout, _median(base)),
            *(
                Outcome(trial.layout, _median(found[trial]), gain.ratio, gain)
                for trial, gain in zip(trials, gains, strict=True)
            ),
        ]

    def beside(self, other: Opening, winner: Layout, seconds: float) -> Gain:
        """Another graph or engine, under its default layout, against ours under `winner`.

        Raises StartupError when it does not run here, RerankError when it fails.
        """
        layout = other.layout()
        session = other.session(layout)
        with self._trial(winner) as ours, self._warm(other, layout, session) as it:
            found = self._race([ours, it], MIN_ROUNDS, seconds)
        return _gain(found[it], found[ours], SIGNIFICANCE)

    def close(self) -> None:
        """Stops the default layout's workers."""
        self._base.close()

    def _trial(self, layout: Layout) -> AbstractContextManager[Trial]:
        return self._warm(self._opening, layout, self._sessions.of(layout))

    @contextmanager
    def _warm(self, opening: Opening, layout: Layout, session: Session) -> Iterator[Trial]:
        """The layout at work, and warm."""
        with closing(self._start(opening, layout, session)) as trial:
            trial.run(self._texts.rounds(1, self._least_pairs)[0])
            yield trial

    def _start(self, opening: Opening, layout: Layout, session: Session) -> Trial:
        return Trial(opening, layout, session, self._texts.together, self._clock)

    def _race(
        self, trials: Sequence[Trial], rounds: int, seconds: float
    ) -> dict[Trial, list[TrialResult]]:
        """What each trial did in each of the rounds, which take about so long together."""
        pairs = round(self._rate * seconds / (rounds * len(trials)))
        found: dict[Trial, list[TrialResult]] = {trial: [] for trial in trials}
        for number, requests in enumerate(
            self._texts.rounds(rounds, max(pairs, self._least_pairs))
        ):
            for trial in turn_order(trials, number):
                before = CpuContention.now()
                found[trial].append(trial.run(requests))
                if trial is self._base:
                    self.waits += CpuContention.now() - before
        return found


class Sessions:
    """A session for every layout, few of them open at a time; that of the first layout stays."""

    def __init__(self, opening: Opening) -> None:
        self._opening = opening
        self._open: list[tuple[Layout, Session]] = []

    def of(self, layout: Layout) -> Session:
        """One that is open and suits the layout, or a new one. Raises StartupError."""
        for made_for, session in self._open:
            if self._opening.shares_session(made_for, layout):
                return session
        if len(self._open) == MAX_SESSIONS:
            del self._open[1]
        session = self._opening.session(layout)
        self._open.append((layout, session))
        return session


def _gain(ours: Sequence[TrialResult], theirs: Sequence[TrialResult], chance: float) -> Gain:
    return compare([each.rate for each in ours], [each.rate for each in theirs], chance)


def _median(runs: Sequence[TrialResult]) -> float:
    return statistics.median(each.rate for each in runs)
