"""Which weights may be int8: what quantising them does to the logits is measured, not guessed.

The measure is the mean absolute difference of the calibration pairs' logits in standard deviations
of the fp32 logits. All weights are tried first. Only when that is over the budget each unit is
tried alone, and as few of the worst as will do are multiplied as floats (bisection over their
number, each step measured with all of them in place).
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from sidecar.workshop.model.runner import Floats

MAX_DIFFERENCE = 0.045
"""The default budget. Without smoothing and with every product in integers, a MiniLM lay 0.058 from
fp32 and kept 98.0 % of its nDCG@10 on the worst of four collections (docs/lab/models.md)."""

Measure = Callable[[Collection[str]], float]
"""Relative difference with these units quantised and no others."""


@dataclass(frozen=True)
class Difference:
    """Of logits from their reference."""

    maximum: float
    mean: float
    relative: float


@dataclass(frozen=True)
class Choice:
    quantized: tuple[str, ...]
    alone: dict[str, float]
    """Relative difference of each unit alone, the worst first; empty when no search was needed."""


def difference(logits: Floats, reference: Floats) -> Difference:
    """Infinite where a logit is not finite. A reference without spread counts as spread 1."""
    if not np.isfinite(logits).all():
        return Difference(np.inf, np.inf, np.inf)
    found = np.abs(logits - reference)
    mean = float(found.mean())
    return Difference(float(found.max()), mean, mean / (float(reference.std()) or 1.0))


def choose_quantized(
    units: Sequence[str], measure: Measure, budget: float, rank: Callable[[str], float]
) -> Choice:
    """The units to quantise so that the relative difference is at most `budget`.

    `rank(unit)` is the relative difference with only that unit quantised.
    """
    if measure(units) <= budget:
        return Choice(tuple(units), {})
    alone = {unit: rank(unit) for unit in units}
    worst = sorted(units, key=lambda unit: -alone[unit])
    over, under = 0, len(units)  # so many of the worst left out; without any unit nothing differs
    while under - over > 1:
        middle = (over + under) // 2
        if measure(worst[middle:]) <= budget:
            under = middle
        else:
            over = middle
    quantized = tuple(unit for unit in units if unit in set(worst[under:]))
    return Choice(quantized, {unit: alone[unit] for unit in worst})
