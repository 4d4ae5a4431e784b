"""Which queries come again, and which of them a node's cache knows. Pure."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
CACHE_AGE_S = 86_400.0
"""Nothing in a cache is older: replicas are replaced or restarted about once a day."""
_STEPS = 60


def zipf(count: int) -> Floats:
    """Shares of so many queries, the most popular first: 1/rank (Zipf's law)."""
    weights = 1.0 / np.arange(1, count + 1)
    shares: Floats = weights / weights.sum()
    return shares


@dataclass(frozen=True, slots=True)
class Stream:
    """The queries that come to one node; rates per second."""

    popular: NDArray[np.int64]
    """Their ranks, from 0."""
    popular_rates: Floats
    new_rate: float
    """Of queries that never come again."""

    @property
    def rate(self) -> float:
        return float(self.popular_rates.sum()) + self.new_rate


def known_shares(stream: Stream, cached_queries: float) -> Floats:
    """Probability for each popular query that the node's cache knows it when it comes, where the
    cache has room for so many queries and drops the one that was not asked for longest.

    Che's approximation: a query stays for the same time T after it was last asked (Che, Tung, Wang:
    "Hierarchical Web Caching Systems", IEEE JSAC 20(7), 2002; Fricker, Robert, Roberts: "A
    versatile and accurate approximation for LRU cache performance", ITC 24, 2012).
    """
    rates = stream.popular_rates

    def held(seconds: float) -> float:
        return float((1 - np.exp(-rates * seconds)).sum()) + stream.new_rate * seconds

    low, high = 0.0, CACHE_AGE_S
    if held(high) > cached_queries:
        for _ in range(_STEPS):
            middle = (low + high) / 2
            low, high = (middle, high) if held(middle) < cached_queries else (low, middle)
    known: Floats = 1 - np.exp(-rates * high)
    return known if cached_queries > 0 else np.zeros_like(rates)


def known_share(stream: Stream, known: Floats) -> float:
    """Share of all the stream's queries that the cache knows."""
    return float((known * stream.popular_rates).sum()) / stream.rate if stream.rate else 0.0
