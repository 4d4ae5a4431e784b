"""nDCG@10 and MRR@10 over judged pools, by ir-measures, with bootstrap intervals over queries.

The gain of a grade is 2^grade - 1. Equal scores keep the order of the judgements file, for every
ranker alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import ir_measures
import numpy as np
from ir_measures import RR, nDCG

from sidecar.workshop.model.check.judged_collection import JudgedCollection, Pool
from sidecar.workshop.model.runner import Floats

METRICS = ("nDCG@10", "MRR@10")
RESAMPLES = 4000
SEED = 17
FRACTION = 1000
"""ir-measures wants whole gains: those of fractional grades are told in thousandths."""


@dataclass(frozen=True)
class Quality:
    """One ranker on one collection: a value per query, in the order of the pools."""

    values: dict[str, Floats]
    """By metric."""

    def mean(self, metric: str) -> float:
        return float(self.values[metric].mean())


def measure(judged: JudgedCollection, scores: Floats) -> Quality:
    """The metrics of an order by `scores`, one per pair of the pools."""
    scale = (
        1 if all(g == int(g) for pool in judged.pools for g in pool.grades.values()) else FRACTION
    )
    qrels = {
        str(place): {i: _gain(grade, scale) for i, grade in pool.grades.items()}
        for place, pool in enumerate(judged.pools)
    }
    run = {str(place): order for place, order in enumerate(_orders(judged.pools, scores))}
    ndcg, mrr = nDCG @ 10, RR(rel=max(1, _gain(judged.threshold, scale))) @ 10
    found = {metric: np.zeros(len(judged.pools)) for metric in METRICS}
    for value in ir_measures.iter_calc([ndcg, mrr], qrels, run):
        metric = METRICS[0] if value.measure == ndcg else METRICS[1]
        found[metric][int(value.query_id)] = value.value
    return Quality(found)


def _gain(grade: float, scale: int) -> int:
    return round((2.0**grade - 1) * scale)


def _orders(pools: tuple[Pool, ...], scores: Floats) -> Iterator[dict[str, float]]:
    """Each pool's documents with a score that only tells their place: no ties are left."""
    start = 0
    for pool in pools:
        own = scores[start : start + len(pool.grades)]
        start += len(pool.grades)
        ids = list(pool.grades)
        ranked = np.argsort(-own, kind="stable")
        yield {ids[at]: float(len(ids) - place) for place, at in enumerate(ranked)}


def interval(values: Floats) -> tuple[float, float]:
    """95 % bootstrap interval of the mean (percentiles over resampled queries, fixed seed).

    Differences of two rankers on the same queries give the paired interval.
    """
    rng = np.random.default_rng(SEED)
    picks = rng.integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.percentile(values[picks].mean(1), [2.5, 97.5])
    return float(low), float(high)
