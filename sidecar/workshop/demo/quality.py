"""The quality of an order, by the collections' own judgements.

The gain of a grade is 2^grade - 1, as in the project's other measurements. A relevant document that
BM25 did not retrieve counts as missed in both orders.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from sidecar.workshop.demo.collections import Query
from sidecar.workshop.demo.outcome import Hit, Outcome

CUTOFF = 10


@dataclass(frozen=True, slots=True)
class Quality:
    """Means over queries: nDCG@10, MRR@10, and for how many the first hit was relevant."""

    ndcg: float
    mrr: float
    first_right: int
    queries: int


def before(outcomes: Sequence[Outcome]) -> Quality:
    """The quality of BM25's order."""
    return _quality([(outcome.query, outcome.first_stage) for outcome in outcomes])


def after(outcomes: Sequence[Outcome]) -> Quality:
    """The quality of the reranked order."""
    return _quality([(outcome.query, outcome.hits) for outcome in outcomes])


def _quality(orders: Sequence[tuple[Query, tuple[Hit, ...]]]) -> Quality:
    grades = [[query.relevant.get(hit.document.id, 0) for hit in hits] for query, hits in orders]
    ideal = [sorted(query.relevant.values(), reverse=True) for query, _ in orders]
    return Quality(
        ndcg=_mean([_dcg(ranked) / _dcg(best) for ranked, best in zip(grades, ideal, strict=True)]),
        mrr=_mean([_reciprocal_rank(ranked) for ranked in grades]),
        first_right=sum(ranked[:1] > [0] for ranked in grades),
        queries=len(orders),
    )


def _dcg(grades: list[int]) -> float:
    return sum(
        (2.0**grade - 1) / math.log2(rank + 1)
        for rank, grade in enumerate(grades[:CUTOFF], start=1)
    )


def _reciprocal_rank(grades: list[int]) -> float:
    return next((1 / rank for rank, grade in enumerate(grades[:CUTOFF], start=1) if grade), 0.0)


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
