"""The fixed point of an EM step, in a fraction of its steps.

Varadhan and Roland, "Simple and globally convergent methods for accelerating the convergence of any
EM algorithm", Scandinavian Journal of Statistics 35, 2008 (SQUAREM, scheme S3): from two steps it
extrapolates, in log odds, and a third one leads back to where EM goes.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from sidecar.workshop.clicks.impressions import Floats

LEAST, MOST = 1e-6, 1 - 1e-6
"""Probabilities stay within, so that no update divides by 0."""
TOLERANCE = 1e-4
"""EM has ended when a step moves no probability by more."""
MAX_STEPS = 600
MAX_STRIDE = 16.0


class FixedPoint(NamedTuple):
    """Where the steps ended."""

    value: Floats
    steps: int
    converged: bool


def fixed_point(step: Callable[[Floats], Floats], start: Floats) -> FixedPoint:
    """The probabilities that `step` leaves as they are, from `start`; both within (0, 1)."""
    value, steps = start, 0
    while steps < MAX_STEPS:
        once = step(value)
        if _moved(once, value) < TOLERANCE:
            return FixedPoint(once, steps + 1, True)
        twice = step(once)
        if _moved(twice, once) < TOLERANCE:
            return FixedPoint(twice, steps + 2, True)
        leapt = step(_leap(value, once, twice))
        value = leapt if np.isfinite(leapt).all() else twice
        steps += 3
    return FixedPoint(value, steps, False)


def _leap(value: Floats, once: Floats, twice: Floats) -> Floats:
    start, first, second = (_log_odds(point) for point in (value, once, twice))
    change = first - start
    bend = second - first - change
    stride = float(np.linalg.norm(change) / max(float(np.linalg.norm(bend)), LEAST))
    stride = min(max(stride, 1.0), MAX_STRIDE)
    leapt = start + 2 * stride * change + stride**2 * bend
    limit = float(_log_odds(np.array([MOST]))[0])
    return np.asarray(1 / (1 + np.exp(-np.clip(leapt, -limit, limit))))


def _log_odds(probability: Floats) -> Floats:
    inside = np.clip(probability, LEAST, MOST)
    return np.asarray(np.log(inside / (1 - inside)))


def _moved(after: Floats, before: Floats) -> float:
    return float(np.abs(after - before).max(initial=0))
