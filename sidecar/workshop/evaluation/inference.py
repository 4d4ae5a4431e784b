"""What the queries at hand say about all queries. Pure, with fixed seeds.

Two orders are compared on the same queries, so only their differences count. The interval of the
mean difference is the bootstrap's, by percentiles that are expanded for few queries (Hesterberg,
The American Statistician 2015). Its p-value is the randomisation test's: if they were equally
good, each difference might as well have the other sign (Smucker, Allan and Carterette, CIKM 2007).
When several configurations are compared with one, Holm's correction keeps the chance of any false
finding below the level (Holm, Scand. J. Statist. 1979). `tests/workshop/evaluation/simulation.py`
shows on simulated queries that all three are what they say.
"""

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

from sidecar.workshop.evaluation.orders import Floats

RESAMPLES = 9999
LEVEL = 0.05
FEW_QUERIES = 20
"""With fewer, intervals of skewed differences are too narrow: 85 to 93 % of them hold the mean."""
POWER = 0.8
_EXACT = 13
"""With so many queries all signs can be tried: 2^13 < RESAMPLES."""
_BATCH = 1000


def interval(values: Floats, seed: int = 0, resamples: int = RESAMPLES) -> tuple[float, float]:
    """95 % interval of the mean of `values` [queries], two or more. Of differences on the same
    queries it is the paired interval."""
    if np.ptp(values) == 0:
        return float(values[0]), float(values[0])
    bounds = stats.bootstrap(
        (values,),
        np.mean,
        n_resamples=resamples,
        batch=_BATCH,
        confidence_level=expanded_level(len(values)),
        method="percentile",
        rng=np.random.default_rng(seed),
    ).confidence_interval
    return float(bounds.low), float(bounds.high)


def expanded_level(queries: int) -> float:
    """The level of the percentile interval that makes it as wide for few queries as it should be:
    2 Phi(t sqrt(n / (n - 1))) - 1, where t is Student's quantile."""
    quantile = stats.t.ppf(1 - LEVEL / 2, queries - 1) * math.sqrt(queries / (queries - 1))
    return float(1 - 2 * stats.norm.sf(quantile))


def randomisation_p(differences: Floats, seed: int = 0, resamples: int = RESAMPLES) -> float:
    """Two-sided p-value of no difference, from random signs; exact for few queries."""
    moved = differences[differences != 0]  # the others add nothing, whatever their sign
    if not len(moved):
        return 1.0
    observed = abs(float(moved.sum())) - 1e-12
    if len(moved) <= _EXACT:
        bits = np.arange(2 ** len(moved))[:, None] >> np.arange(len(moved)) & 1
        return float((np.abs((2 * bits - 1) @ moved) >= observed).mean())
    rng = np.random.default_rng(seed)
    as_extreme, left = 0, resamples
    while left:
        count = min(left, _BATCH)
        signs = rng.integers(0, 2, (count, len(moved)), dtype=np.int8) * 2 - 1
        as_extreme += int((np.abs(signs @ moved) >= observed).sum())
        left -= count
    return (as_extreme + 1) / (resamples + 1)


def holm(p_values: Sequence[float]) -> list[float]:
    """The p-values adjusted for being several, in their order."""
    adjusted, highest = [0.0] * len(p_values), 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, p_values[index] * (len(p_values) - rank)))
        adjusted[index] = highest
    return adjusted


def detectable(differences: Floats) -> float:
    """The mean difference that as many queries, spread as these, would show with a chance of 80 %:
    (z_0.975 + z_0.8) times the standard error."""
    z = stats.norm.ppf(1 - LEVEL / 2) + stats.norm.ppf(POWER)
    return float(z * differences.std(ddof=1) / math.sqrt(len(differences)))
