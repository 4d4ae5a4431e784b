"""Coordinate ascent on nDCG: one number after the other, the step that ranks best (Metzler and
Croft, Information Retrieval 10, 2007).

It maximises what is measured, without a model of it, and so needs many queries: how much of the way
from the given weights is gone in the end is chosen by cross-validation.
"""

import numpy as np

from sidecar.workshop.fitting.slopes import Slopes
from sidecar.workshop.fitting.weight_space import WeightSpace
from sidecar.workshop.scored_hits.judged_parts import Floats, JudgedParts
from sidecar.workshop.scored_hits.ndcg import Ranking

FACTORS = (0.0, 0.5, 0.75, 1.5, 2.0, 4.0)
"""What a number is multiplied by."""
FROM_ZERO = (0.1, 0.3, 1.0, -0.1, -0.3, -1.0)
"""Where a weight of 0 may go, in logits."""
SHARES = (0.25, 0.5, 1.0)
PASSES = 3
LEAST_GAIN = 1e-6


class CoordinateAscent:
    """A method of fitting, as `cross_validation` takes it."""

    labels = tuple(f"{share:.0%} of the way" for share in SHARES)

    def __init__(self, depth: int) -> None:
        self._depth = depth

    def path(self, parts: JudgedParts, space: WeightSpace) -> list[Floats]:
        """The vectors that went each of SHARES of the way."""
        best = self._climbed(parts, space)
        return [space.between(best, share) for share in SHARES]

    def _climbed(self, parts: JudgedParts, space: WeightSpace) -> Floats:
        """A number changes only for a gain, so ties keep what there was."""
        ranking, slopes = Ranking(parts, self._depth), Slopes(parts, space)

        def quality(vector: Floats) -> float:
            return float(ranking.ndcg(slopes.at(vector)[0]).mean())

        best = space.start.copy()
        reached = quality(best)
        for _ in range(PASSES):
            before = reached
            for place in np.flatnonzero(space.free):
                for value in _candidates(best[place], space.low[place], space.high[place]):
                    trial = best.copy()
                    trial[place] = value
                    if (found := quality(trial)) > reached + LEAST_GAIN:
                        best, reached = trial, found
            if reached == before:
                break
        return best


def _candidates(value: float, low: float, high: float) -> list[float]:
    """Where the number may go from its value; each place once, within its bounds."""
    places = [value * factor for factor in FACTORS] if value else FROM_ZERO
    inside = [float(np.clip(place, low, high)) for place in places]
    return [place for place in dict.fromkeys(inside) if place != value]
