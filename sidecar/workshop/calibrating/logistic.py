"""Temperature and bias by logistic regression: score = sigmoid((logit - bias) / temperature).

The targets are Platt's, (n1 + 1) / (n1 + 2) and 1 / (n0 + 2) for n1 relevant and n0 other
documents, in place of 1 and 0, so that judgements which the logits separate give no temperature of
0. Newton's method with halved steps (Lin, Lin and Weng, Machine Learning 68, 2007).
"""

import numpy as np
from numpy.typing import NDArray

from sidecar.calibration import Calibration
from sidecar.workshop.scored_hits.judged_parts import FittingError, Floats

MAX_STEPS = 100
MIN_SLOPE = 1e-3
"""Per logit; below it a score says next to nothing."""
DIGITS = 4
Relevant = NDArray[np.bool_]


def fit_calibration(
    logits: Floats, relevant: Relevant, weights: Floats | None = None
) -> Calibration:
    """Of pairs that are relevant or not, each with a weight; 1 when absent.

    Raises FittingError when all or none are relevant, and when higher logits are not more often
    relevant.
    """
    weight = np.ones(len(logits)) if weights is None or not len(weights) else weights
    positive, negative = float(weight[relevant].sum()), float(weight[~relevant].sum())
    if not positive or not negative:
        raise FittingError(
            f"{'none' if not positive else 'all'} of the judged hits reach the lowest relevant "
            "grade: there is nothing to calibrate (--relevant)"
        )
    targets = np.where(relevant, (positive + 1) / (positive + 2), 1 / (negative + 2))
    middle, spread = float(logits.mean()), float(logits.std()) or 1.0
    x = (logits - middle) / spread
    slope, shift = _newton(x, targets, weight / weight.sum())
    if slope / spread < MIN_SLOPE:
        raise FittingError(
            "higher scores are not more often relevant by these judgements: there is nothing to "
            "calibrate"
        )
    temperature = spread / slope
    return Calibration(
        max(round(temperature, DIGITS), 10.0**-DIGITS),
        round(middle - shift * temperature, DIGITS),
    )


def _newton(x: Floats, targets: Floats, weight: Floats) -> tuple[float, float]:
    """(slope, shift) of the least logistic loss."""
    design = np.stack([x, np.ones(len(x))], axis=1)
    at = np.zeros(2)

    def loss(point: Floats) -> float:
        z = design @ point
        return float(weight @ (np.logaddexp(0.0, z) - targets * z))

    value = loss(at)
    for _ in range(MAX_STEPS):
        p = sigmoids(design @ at)
        gradient = design.T @ (weight * (p - targets))
        curvature = (design * (weight * p * (1 - p))[:, None]).T @ design + 1e-12 * np.eye(2)
        step = np.linalg.solve(curvature, gradient)
        size = 1.0
        while (found := loss(at - size * step)) > value and size > 1e-8:
            size /= 2
        at = at - size * step
        if value - found < 1e-12:
            break
        value = found
    return float(at[0]), float(at[1])


def sigmoids(values: Floats) -> Floats:
    """1 / (1 + e^-x), without overflow at either end."""
    found: Floats = np.exp(-np.logaddexp(0.0, -values))
    return found


def scores_of(logits: Floats, calibration: Calibration) -> Floats:
    """In [0, 1]."""
    return sigmoids(calibration.calibrated(logits))
