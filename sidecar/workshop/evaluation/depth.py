"""How many hits are worth reranking? From the scores at hand, without scoring again. Pure.

A document's score does not depend on its company, so reranking the first 20 hits gives them the
same scores as reranking 100.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sidecar.workshop.evaluation.inference import interval
from sidecar.workshop.evaluation.orders import Floats

STEPS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 40, 50, 70, 100, 150, 200, 300, 500, 700, 1000)
ENOUGH = 0.95
"""Of the gain at the full depth."""


@dataclass(frozen=True, slots=True)
class DepthPoint:
    """The quality when so many hits are reranked."""

    depth: int
    mean: float
    """Of the metric, over the queries."""
    change: float
    """From the first stage."""
    low: float
    high: float
    """95 % interval of the change."""
    ms: float
    """Estimated median time of a query, in proportion to its hits; 0 where it is not known."""


def depths(window: int, most_hits: int) -> list[int]:
    """The depths to look at, up to the window or the most hits that a query has."""
    end = min(window, most_hits)
    return [*(step for step in STEPS if step < end), end] if end else []


def depth_point(depth: int, values: Floats, first_stage: Floats, ms: float) -> DepthPoint:
    """The point of a curve from values [queries] at that depth and without reranking."""
    differences = values - first_stage
    low, high = interval(differences)
    return DepthPoint(depth, float(values.mean()), float(differences.mean()), low, high, ms)


def enough(curve: Sequence[DepthPoint]) -> DepthPoint | None:
    """The smallest depth from which on at least 95 % of the full depth's gain is reached; None
    without a gain."""
    if not curve or curve[-1].change <= 0:
        return None
    least = ENOUGH * curve[-1].change
    found = curve[-1]
    for point in reversed(curve):
        if point.change < least:
            break
        found = point
    return found
