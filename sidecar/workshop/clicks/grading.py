"""Grades from what a click model found."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sidecar.workshop.clicks.actions import LaterAction
from sidecar.workshop.clicks.estimates import Estimates
from sidecar.workshop.clicks.impressions import Ints

MIN_ACTIONS = 2
"""A later action lifts a grade when it was taken in as many searches at least."""


@dataclass(frozen=True)
class Thresholds:
    """The least relevance for grade 1, grade 2, and so on; below the first the grade is 0."""

    values: tuple[float, ...]
    relative: bool
    """Multiples of the odds of the mean relevance, instead of probabilities: of odds, so that each
    grade can be reached, however high the mean is."""

    def of_mean(self, mean: float) -> tuple[float, ...]:
        """As probabilities."""
        if not self.relative:
            return self.values
        odds = (value * mean / (1 - mean) for value in self.values)
        return tuple(each / (1 + each) for each in odds)


def read_thresholds(text: str) -> Thresholds:
    """`0.05,0.2,0.4`, or `0.5x,1.5x,3x` for multiples of the mean's odds. Raises ValueError."""
    parts = [part.strip().lower() for part in text.split(",")]
    relative = all(part.endswith("x") for part in parts)
    try:
        values = tuple(float(part.removesuffix("x") if relative else part) for part in parts)
    except ValueError:
        raise ValueError(f"not thresholds such as 0.05,0.2,0.4 or 0.5x,1.5x,3x: {text!r}") from None
    if list(values) != sorted({*values}) or not values[0] > 0 or not np.isfinite(values[-1]):
        raise ValueError(f"thresholds rise, from above 0: {text!r}")
    if not relative and values[-1] > 1:
        raise ValueError(f"a relevance is a probability, at most 1: {text!r}")
    return Thresholds(values, relative)


def grade(
    estimates: Estimates, thresholds: Thresholds, actions: Ints, later: Sequence[LaterAction]
) -> Ints:
    """The grade of each pair: by the mean of its relevance, or that of a later action if higher.

    `actions` is (pairs, later actions). An action gives its grade where it was taken in at least
    MIN_ACTIONS searches and in its least rate of the effective examinations.
    """
    bounds = np.asarray(thresholds.of_mean(estimates.mean))
    grades = np.searchsorted(bounds, estimates.relevance, side="right").astype(np.int64)
    for column, action in enumerate(later):
        taken = actions[:, column]
        often = taken >= action.least_rate * estimates.effective_size
        lifted = (taken >= MIN_ACTIONS) & often
        grades[lifted] = np.maximum(grades[lifted], action.grade)
    return grades
