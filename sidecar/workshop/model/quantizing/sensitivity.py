"""Which weights may be int8: what quantising them does to the logits is measured, not guessed.

The measure is the mean absolute difference of the sample pairs' logits from the fp32 logits, in
standard deviations of the latter. All groups of weights are tried together first. If they exceed
the budget, each group is tried alone, and as few of the worst as necessary are left out: bisection
over their number, each step measured with all the others quantised.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from sidecar.workshop.model.runner import Floats

MAX_DIFFERENCE = 0.045
"""The default budget. Without smoothing and with every product in integers, a MiniLM was 0.058 from
fp32 and kept 98.0 % of its nDCG@10 on the worst of four collections (docs/lab/models.md)."""

MeasureGroups = Callable[[Collection[str]], float]
"""Relative difference with these groups quantised and no others."""


@dataclass(frozen=True)
class Difference:
    """Of logits from their reference."""

    maximum: float
    mean: float
    relative: float
    """The mean in standard deviations of the reference."""


@dataclass(frozen=True)
class Choice:
    """The groups to quantise, and what was measured to choose them."""

    quantized: tuple[str, ...]
    ranked: dict[str, float]
    """Relative difference of each group alone, the worst first; empty when no search was needed."""


def difference(logits: Floats, reference: Floats) -> Difference:
    """Infinite when a logit is not finite. A constant reference counts as having deviation 1."""
    if not np.isfinite(logits).all():
        return Difference(np.inf, np.inf, np.inf)
    absolute = np.abs(logits - reference)
    mean = float(absolute.mean())
    return Difference(float(absolute.max()), mean, mean / (float(reference.std()) or 1.0))


def choose_quantized(
    groups: Sequence[str],
    measure: MeasureGroups,
    budget: float,
    measure_alone: Callable[[str], float],
) -> Choice:
    """The groups to quantise so that the relative difference is at most `budget`.

    `measure_alone(group)` is the relative difference with only that group quantised.
    """
    if measure(groups) <= budget:
        return Choice(tuple(groups), {})
    differences = {group: measure_alone(group) for group in groups}
    worst_first = sorted(groups, key=lambda group: -differences[group])
    too_few, enough = (
        0,
        len(groups),
    )  # so many of the worst left out; with all left out nothing differs
    while enough - too_few > 1:
        middle = (too_few + enough) // 2
        if measure(worst_first[middle:]) <= budget:
            enough = middle
        else:
            too_few = middle
    quantized = tuple(group for group in groups if group in set(worst_first[enough:]))
    return Choice(quantized, {group: differences[group] for group in worst_first})
