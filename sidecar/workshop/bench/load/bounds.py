"""The figures of a load beside what they should be. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from sidecar.workshop.bench.load.outcomes import LatencyFigures, StepFigures

GOODPUT = 0.9
REFUSAL_MS = 20.0
INTERACTIVE = 1.3
OTHERS = 1.1


@dataclass(frozen=True, slots=True)
class Bound:
    """A promise, and the worst that was seen of it."""

    promise: str
    bound: float
    worst: float
    where: str
    """The step in which that was."""
    at_least: bool = False

    @property
    def kept(self) -> bool:
        return self.worst >= self.bound if self.at_least else self.worst <= self.bound


def bounds(
    steps: Sequence[StepFigures], batch: LatencyFigures | None, greedy: LatencyFigures | None
) -> list[Bound]:
    """Every promise that the figures can say something about."""
    found = []
    if steps:
        shares = [(_share(step, steps), _name(step)) for step in steps]
        found.append(
            Bound(
                "goodput, of its peak or of what is offered", GOODPUT, *min(shares), at_least=True
            )
        )
        late = max((step.admitted_p99, _name(step)) for step in steps)
        found.append(Bound("p99 of admitted requests, of their deadline", 1.0, *late))
    refusals = [(step.refusal_ms, _name(step)) for step in steps if step.refusal_ms is not None]
    if refusals:
        found.append(Bound("p99 of refusals, ms", REFUSAL_MS, *max(refusals)))
    if batch is not None:
        ratio = batch.beside_p99 / batch.alone_p99
        found.append(Bound("p99 beside batch work / alone", INTERACTIVE, ratio, "batch at 2"))
    if greedy is not None:
        ratio = greedy.beside_mean / greedy.alone_mean
        found.append(Bound("mean beside a greedy key / alone", OTHERS, ratio, "one key at 4"))
    return found


def _share(step: StepFigures, steps: Sequence[StepFigures]) -> float:
    """Of the pattern's peak, or of what is offered if that is less, that is answered in time."""
    peak = max(each.goodput for each in steps if each.pattern == step.pattern)
    return step.goodput / min(step.offered, peak) if peak else 0.0


def _name(step: StepFigures) -> str:
    return f"{step.load:g}, {step.pattern}"
