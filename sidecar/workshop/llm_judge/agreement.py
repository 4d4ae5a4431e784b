"""How far two judges agree beyond chance.

Cohen, "A coefficient of agreement for nominal scales", 1960; weighted by the square of the
difference: Cohen, "Weighted kappa", 1968. What a value means: Landis and Koch, "The measurement of
observer agreement for categorical data", 1977 (above 0.4 moderate, above 0.6 substantial).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
LEVEL = 0.95


@dataclass(frozen=True)
class Agreement:
    """Of one judge with another, over the same pairs."""

    table: NDArray[np.int64]
    """(grades, grades): how many pairs the given judge (row) and the other (column) graded so."""
    kappa: float
    weighted: float
    """Quadratically: grades that are far apart count more."""
    low: float
    high: float
    """The ends of the bootstrap's 95 % interval of `weighted`."""

    @property
    def pairs(self) -> int:
        """How many."""
        return int(self.table.sum())

    @property
    def same(self) -> float:
        """The share of pairs with the same grade."""
        return float(np.trace(self.table) / max(self.pairs, 1))


def measure_agreement(given: Sequence[int], other: Sequence[int], max_grade: int) -> Agreement:
    """The agreement on pairs in the same order; grades from 0 to `max_grade`."""
    pairs = np.stack([np.asarray(given, np.int64), np.asarray(other, np.int64)], axis=1)
    table = _table(pairs, max_grade)
    draws = np.random.default_rng(0).integers(len(pairs), size=(RESAMPLES, len(pairs)))
    spread = [_kappa(_table(pairs[draw], max_grade), 2) for draw in draws]
    low, high = np.quantile(spread, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Agreement(table, _kappa(table, 0), _kappa(table, 2), float(low), float(high))


def _table(pairs: NDArray[np.int64], max_grade: int) -> NDArray[np.int64]:
    grades = max_grade + 1
    flat = np.bincount(pairs[:, 0] * grades + pairs[:, 1], minlength=grades * grades)
    return flat.reshape(grades, grades)


def _kappa(table: NDArray[np.int64], power: int) -> float:
    """1 - observed over expected disagreement; `power` 0 takes all disagreements as equal.

    0 where no disagreement is expected: when both judges always give one and the same grade,
    nothing tells agreement from chance.
    """
    at = np.arange(len(table))
    apart = np.abs(at[:, None] - at[None, :]).astype(float)
    weight = (apart > 0).astype(float) if power == 0 else apart**power
    total = table.sum()
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / total
    chance = float((weight * expected).sum())
    return 1 - float((weight * table).sum()) / chance if chance > 0 else 0.0
