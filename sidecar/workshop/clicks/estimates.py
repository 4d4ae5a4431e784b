"""What a click model says of each pair: its relevance, an interval, and how much it rests on.

The posterior of a rate r with effective size n is taken as Beta(r (n + p), (1 - r) (n + p)), p
being the size of the prior: the Beta distribution with the same mean, and as much information as
clicks and prior give. Examination and persistence count as known: they rest on all impressions.
"""

from dataclasses import dataclass

import numpy as np

from sidecar.workshop.clicks.dynamic_bayesian import DynamicBayesian
from sidecar.workshop.clicks.fixed_point import LEAST, MOST
from sidecar.workshop.clicks.impressions import Floats
from sidecar.workshop.clicks.position_based import PositionBased

LEVEL = 0.95
"""The probability that an interval holds."""


@dataclass(frozen=True)
class Estimates:
    """One entry per pair in each array."""

    relevance: Floats
    """The posterior mean of P(click | examined); for the dynamic Bayesian model of P(clicked and
    satisfied | examined)."""
    low: Floats
    high: Floats
    """The ends of the 95 % interval."""
    effective_size: Floats
    """How many certain examinations would tell as much."""
    mean: float
    """The relevance of the average examined document."""


def position_based_estimates(model: PositionBased, prior_size: float) -> Estimates:
    """Attractiveness is the relevance."""
    rate, size = model.attractiveness, model.effective_size
    low, high = interval(rate, size + prior_size)
    return Estimates(rate, low, high, size, model.prior_mean)


def dynamic_bayesian_estimates(model: DynamicBayesian, prior_size: float) -> Estimates:
    """Attractiveness times satisfaction, with the variance of a product of independent rates."""
    a, s = model.attractiveness, model.satisfaction
    spread_a = a * (1 - a) / (model.attractiveness_size + prior_size + 1)
    spread_s = s * (1 - s) / (model.satisfaction_size + prior_size + 1)
    rate = np.clip(a * s, LEAST, MOST)
    variance = s**2 * spread_a + a**2 * spread_s + spread_a * spread_s
    total = np.maximum(rate * (1 - rate) / variance - 1, LEAST)
    low, high = interval(rate, total)
    size = np.maximum(total - prior_size, 0.0)
    return Estimates(rate, low, high, size, model.attractiveness_mean * model.satisfaction_mean)


def interval(rate: Floats, size: Floats) -> tuple[Floats, Floats]:
    """The ends of the central 95 % of Beta(rate * size, (1 - rate) * size)."""
    from scipy.special import betaincinv

    a, b = np.maximum(rate * size, LEAST), np.maximum((1 - rate) * size, LEAST)
    tail = (1 - LEVEL) / 2
    return np.asarray(betaincinv(a, b, tail)), np.asarray(betaincinv(a, b, 1 - tail))
