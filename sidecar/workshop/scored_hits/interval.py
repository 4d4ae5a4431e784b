"""The mean over queries with its interval, by the bootstrap."""

import math

import numpy as np

from sidecar.workshop.scored_hits.judged_parts import Floats

RESAMPLES = 4000
SEED = 17
LEVEL = 0.95


def bootstrap_interval(values: Floats, level: float = LEVEL) -> tuple[float, float]:
    """(low, high) of the mean of `values` [queries], by percentiles over resampled queries.

    The percentiles are moved outwards as Student's t is wider than the normal distribution, and for
    the variance of a sample being smaller by (n - 1) / n: with 20 queries the plain percentiles
    hold the true mean too rarely (the "expanded" interval: Hesterberg, The American Statistician
    69, 2015). Raises ValueError for fewer than two values.
    """
    from scipy.stats import norm, t

    count = len(values)
    if count < 2:
        raise ValueError("an interval needs two queries or more")
    outside = float(t.ppf((1 - level) / 2, count - 1)) * math.sqrt(count / (count - 1))
    tail = float(norm.cdf(outside))
    chance = np.random.default_rng(SEED)
    means = np.concatenate(
        [
            values[chance.integers(0, count, (size, count))].mean(axis=1)
            for size in _batches(RESAMPLES, count)
        ]
    )
    low, high = np.quantile(means, [tail, 1 - tail])
    return float(low), float(high)


def _batches(resamples: int, count: int) -> list[int]:
    """Sizes of batches whose tables stay small for any number of queries."""
    size = max(1, min(resamples, 2_000_000 // count))
    return [min(size, resamples - done) for done in range(0, resamples, size)]
