"""Measured values in few numbers: spreads over rounds, percentiles over requests. Pure."""

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Spread:
    """Values over rounds."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        return cls(statistics.median(values), min(values), max(values))

    @classmethod
    def of_ratios(cls, numerators: Sequence[float], denominators: Sequence[float]) -> "Spread":
        """Of the rounds' own ratios: a round in which the machine is slow counts like any other.

        Raises ValueError when the rounds are not as many on both sides.
        """
        return cls.of([left / right for left, right in zip(numerators, denominators, strict=True)])


def percentiles(values: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99, linear between the two nearest values."""
    return {f"p{q}": float(np.percentile(values, q)) for q in (50, 95, 99)}
