"""What a fit gains on queries that it has not seen, and how sure that is. Pure.

Each fold is measured with the setting that the other folds chose. So a query counts twice: in what
it is ranked by, and in the choice for the others; a query that gains much makes the choice bolder
where it gains, and the mean of the gains varies more than the gains of the queries do. A bootstrap
of the gains alone leaves that out: of its 95 % intervals 80 to 92 % held the lift. This one draws
queries and chooses again (`tests/workshop/fitting` has the simulation).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sidecar.workshop.evaluation.inference import expanded_level
from sidecar.workshop.scored_hits.judged_parts import Floats, Indexes

RESAMPLES, SEED = 4000, 17
_BATCH = 500


@dataclass(frozen=True)
class Draw:
    """What one draw of folds measured. Setting 0 leaves the given weights."""

    folds: Sequence[Indexes]
    inner: Floats
    """[folds, settings, queries]: nDCG of fits without the fold and without the query's own. Of the
    fold's own queries it is 0, and means nothing."""
    outer: Floats
    """[settings, queries]: nDCG of fits without the query's fold."""

    def choices(self, counts: Floats) -> Indexes:
        """[samples, folds]: the setting that each fold is measured with, of equal ones the most
        careful; `counts` [samples, queries] is how often each query was drawn."""
        return np.stack([self._chosen(place, counts) for place in range(len(self.folds))], axis=1)

    def lifts(self, counts: Floats) -> Floats:
        """[samples]: the mean lift over the queries that were drawn."""
        total = np.zeros(len(counts))
        for fold, chosen in zip(self.folds, self.choices(counts).T, strict=True):
            gained = self.outer[:, fold] - self.outer[0, fold]
            by_setting = np.einsum("nq,sq->ns", counts[:, fold], gained)
            total += by_setting[np.arange(len(counts)), chosen]
        found: Floats = total / counts.sum(axis=1)
        return found

    def _chosen(self, place: int, counts: Floats) -> Indexes:
        others = np.setdiff1d(np.arange(counts.shape[1]), self.folds[place])
        of_others = self.inner[place][:, others]
        gained = of_others - of_others[0]
        chosen: Indexes = np.einsum("nq,sq->ns", counts[:, others], gained).argmax(axis=1)
        return chosen


def lift_interval(draws: Sequence[Draw]) -> tuple[float, float]:
    """95 % interval of the mean lift: percentiles of the bootstrap over queries, expanded for few
    of them as in `evaluation.inference`, about the estimate. (The bootstrap's own mean is off:
    queries that are drawn twice choose worse than as many different ones.)"""
    queries = draws[0].outer.shape[1]
    even, chance = np.full(queries, 1 / queries), np.random.default_rng(SEED)
    (estimate,) = _mean_lifts(draws, np.ones((1, queries)))
    lifts = np.concatenate(
        [
            _mean_lifts(draws, chance.multinomial(queries, even, _BATCH).astype(float))
            for _ in range(RESAMPLES // _BATCH)
        ]
    )
    tail = (1 - expanded_level(queries)) / 2
    low, high = np.quantile(lifts, [tail, 1 - tail]) + estimate - lifts.mean()
    return float(low), float(high)


def _mean_lifts(draws: Sequence[Draw], counts: Floats) -> Floats:
    found: Floats = np.mean([draw.lifts(counts) for draw in draws], axis=0)
    return found
