"""Steps on a machine whose speed changes by itself, as a virtual one's does. A fixed load, the
probe, is timed before and after each step: the step counts if both took as long. Pure but for the
callables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from sidecar.workshop.bench.load.node_figures import NodeFigures

Result = TypeVar("Result")
MOST_DRIFT = 0.05
"""Between the probes around a step: queues of a busy node are some times as far off."""
TRIES = 3


@dataclass(frozen=True, slots=True)
class Try(Generic[Result]):
    """A step that was taken, and the seconds of each node's probe around it."""

    result: Result
    before_s: Sequence[float]
    after_s: Sequence[float]

    @property
    def drift(self) -> float:
        """How much slower a node was after the step, or faster (below 0): the one that changed
        most."""
        changes = [a / b - 1 for b, a in zip(self.before_s, self.after_s, strict=True)]
        return max(changes, key=abs)

    def is_steady(self, most_drift: float = MOST_DRIFT) -> bool:
        """Whether it counts."""
        return abs(self.drift) <= most_drift


def until_steady(
    prepare: Callable[[], Callable[[], Result]],
    probe: Callable[[], Sequence[float]],
    *,
    tries: int = TRIES,
    most_drift: float = MOST_DRIFT,
) -> list[Try[Result]]:
    """What was tried: the last one is steady, or none is. `prepare` makes a step ready, before the
    first probe, and returns what takes it."""
    done: list[Try[Result]] = []
    while len(done) < tries:
        take = prepare()
        before_s = probe()
        result = take()
        done.append(Try(result, before_s, probe()))
        if done[-1].is_steady(most_drift):
            break
    return done


def told(tried: Sequence[Try[Result]], most_drift: float = MOST_DRIFT) -> str:
    """How often a step was taken, how far the speed drifted each time, and whether the last one
    counts."""
    drifts = ", ".join(f"{each.drift:+.1%}" for each in tried)
    verdict = "counts" if tried[-1].is_steady(most_drift) else "DOES NOT COUNT: never steady"
    return f"taken {len(tried)} times, speed drifted by {drifts}: {verdict}"


def scaled(figures: NodeFigures, times: float) -> NodeFigures:
    """Of a node that takes so many times as long for everything."""
    return replace(
        figures,
        request_s=figures.request_s * times,
        lengths=tuple(
            replace(
                each,
                pair_s=each.pair_s * times,
                alone_s=each.alone_s * times,
                cached_s=each.cached_s * times,
            )
            for each in figures.lengths
        ),
    )
