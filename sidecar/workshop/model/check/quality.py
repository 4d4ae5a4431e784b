"""nDCG@10 and MRR@10 over pools, by ir-measures, with bootstrap intervals over queries.

The gain of a grade is 2^grade - 1. Equal scores keep the order of the judgements file, for every
ranker.
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
FRACTIONAL_SCALE = 1000
"""ir-measures needs integer gains: those of fractional grades are given in thousandths."""


@dataclass(frozen=True)
class Quality:
    """One ranker on one collection."""

    values: dict[str, Floats]
    """metric -> values [queries], in the order of the pools."""

    def mean(self, metric: str) -> float:
        return float(self.values[metric].mean())


def measure(judged: JudgedCollection, scores: Floats) -> Quality:
    """The quality of ranking by `scores` [pairs], one per pair of the pools."""
    scale = (
        1
        if all(grade == int(grade) for pool in judged.pools for grade in pool.grades.values())
        else FRACTIONAL_SCALE
    )
    qrels = {
        str(index): {document_id: _gain(grade, scale) for document_id, grade in pool.grades.items()}
        for index, pool in enumerate(judged.pools)
    }
    run = {str(index): order for index, order in enumerate(_ranks(judged.pools, scores))}
    ndcg, mrr = nDCG @ 10, RR(rel=max(1, _gain(judged.threshold, scale))) @ 10
    per_query = {metric: np.zeros(len(judged.pools)) for metric in METRICS}
    for value in ir_measures.iter_calc([ndcg, mrr], qrels, run):
        metric = METRICS[0] if value.measure == ndcg else METRICS[1]
        per_query[metric][int(value.query_id)] = value.value
    return Quality(per_query)


def _gain(grade: float, scale: int) -> int:
    return round((2.0**grade - 1) * scale)


def _ranks(pools: tuple[Pool, ...], scores: Floats) -> Iterator[dict[str, float]]:
    """Per pool a score by document that only encodes its rank, so that no ties are left."""
    start = 0
    for pool in pools:
        ids = pool.documents
        pool_scores = scores[start : start + len(ids)]
        start += len(ids)
        ranked = np.argsort(-pool_scores, kind="stable")
        yield {ids[position]: float(len(ids) - index) for index, position in enumerate(ranked)}


def interval(values: Floats) -> tuple[float, float]:
    """95 % bootstrap interval of the mean (percentiles over resampled queries, fixed seed).

    Given differences of two rankers on the same queries, it is the paired interval.
    """
    rng = np.random.default_rng(SEED)
    picks = rng.integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.percentile(values[picks].mean(1), [2.5, 97.5])
    return float(low), float(high)
