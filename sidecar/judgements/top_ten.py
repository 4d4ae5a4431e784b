"""Reciprocal rank and nDCG of the first ten documents of a search. Pure.

As `evaluate` and ir-measures have them: nDCG's gain is 2^grade - 1 (Burges et al., ICML 2005),
discounted by log2(rank + 1); a document without a judgement is not relevant; the perfect order is
that of all judged documents of the query, found or not.
"""

import math
from collections.abc import Iterable, Sequence

CUTOFF = 10
RELEVANT = 1.0
"""The lowest grade that counts for the reciprocal rank."""
MAX_GRADE = 20.0
"""Grades of ten steps are common, percentages are not grades: 2^100 would drown all others."""


def reciprocal_rank(grades: Sequence[float]) -> float:
    """1 / the place of the first relevant one of the first ten grades, best place first; 0 where
    there is none."""
    places = (place for place, grade in enumerate(grades[:CUTOFF], 1) if grade >= RELEVANT)
    return 1 / next(places, math.inf)


def dcg(grades: Sequence[float]) -> float:
    """The discounted cumulative gain of the first ten grades, best place first."""
    gains = (_gain(grade) / math.log2(rank + 1) for rank, grade in enumerate(grades[:CUTOFF], 1))
    return sum(gains)


def ideal_dcg(grades: Iterable[float]) -> float:
    """The most that any order of the grades reaches."""
    return dcg(sorted(grades, reverse=True))


def _gain(grade: float) -> float:
    return 2.0**grade - 1 if grade > 0 else 0.0
