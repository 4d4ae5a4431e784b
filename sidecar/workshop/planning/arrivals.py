"""The queries that come to one node, by a seed. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from sidecar.workshop.planning.popularity import Floats, Stream
from sidecar.workshop.planning.traffic import Pairs, Traffic

LEAST_TOKENS = 4


@dataclass(frozen=True, slots=True)
class Query:
    """A query that comes to a node."""

    at_s: float
    identity: int
    """The same for the same query, whose hits are the same too."""
    tokens: tuple[int, ...]
    """Of each pair."""
    known: bool = False
    """Whether the node's cache has its pairs before the simulation begins."""


def arrivals(
    traffic: Traffic, stream: Stream, known: Floats, count: int, seed: str
) -> Iterator[Query]:
    """So many queries, at independent moments (Poisson). `known` are the probabilities that the
    cache knows the stream's popular queries when they come for the first time here."""
    rng = np.random.default_rng(list(seed.encode()))
    popular_rate = float(stream.popular_rates.sum())
    ends = np.cumsum(stream.popular_rates)
    asked: set[int] = set()
    at_s = 0.0
    for number in range(count):
        at_s += rng.exponential(1 / stream.rate)
        if rng.random() * stream.rate >= popular_rate:
            identity = traffic.queries.popular + number
            yield Query(at_s, identity, tokens_of(traffic, identity, seed))
            continue
        place = int(np.searchsorted(ends, rng.random() * popular_rate, side="right"))
        place = min(place, len(ends) - 1)
        identity = int(stream.popular[place])
        is_known = identity not in asked and bool(rng.random() < known[place])
        asked.add(identity)
        yield Query(at_s, identity, tokens_of(traffic, identity, seed), is_known)


def tokens_of(traffic: Traffic, identity: int, seed: str) -> tuple[int, ...]:
    """The tokens of each pair of a query: always the same ones."""
    rng = np.random.default_rng([identity, *seed.encode()])
    hits = list(traffic.hits.shares)
    count = int(rng.choice(hits, p=list(traffic.hits.shares.values()))) if hits[1:] else hits[0]
    return pair_tokens(traffic.pairs, count, rng)


def pair_tokens(pairs: Pairs, count: int, rng: np.random.Generator) -> tuple[int, ...]:
    """Lengths of so many pairs: lognormal, cut at the most."""
    drawn = np.rint(rng.lognormal(np.log(pairs.median_tokens), pairs.sigma, count))
    return tuple(np.clip(drawn, LEAST_TOKENS, pairs.max_tokens).astype(int).tolist())
