"""Which part of the traffic comes to a node. Pure.

random   each query to any node: all nodes get the same mixture, and each learns all popular ones
hash     a query always to the same node, by a ring of hashes with `POINTS` points for a node, as
         nginx's `hash ... consistent` has: a node learns its own share of the popular ones, and
         some nodes get more than others
"""

import itertools
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sidecar.workshop.planning.popularity import Stream, zipf
from sidecar.workshop.planning.traffic import Queries

Routing = Literal["random", "hash"]
POINTS = 160
RING = 2**32
MOST_NODES = 5
"""Simulated; more are represented by some of them."""
STRATA = (0.0, 0.25, 0.5, 0.75, 0.95, 1.0)
"""Of the nodes by their load: one node stands for each."""


@dataclass(frozen=True, slots=True)
class Share:
    """A simulated node: what comes to it, and how many of all nodes it represents."""

    stream: Stream
    nodes: float


def shares(queries: Queries, rate: float, nodes: int, routing: Routing) -> list[Share]:
    """The nodes to simulate, of so many that get `rate` queries per second together."""
    popular = zipf(queries.popular) * queries.repeat_share * rate
    new_rate = (1 - queries.repeat_share) * rate
    ranks = np.arange(queries.popular)
    if routing == "random" or nodes == 1:
        simulated = min(nodes, 2)
        stream = Stream(ranks, popular / nodes, new_rate / nodes)
        return [Share(stream, nodes / simulated)] * simulated
    arcs, owner = _ring(nodes, queries.popular)
    loads = np.bincount(owner, popular, nodes) + new_rate * arcs
    by_load = np.argsort(loads)
    if nodes <= MOST_NODES:
        chosen = [(int(node), 1.0) for node in by_load]
    else:
        edges = [round(nodes * edge) for edge in STRATA]
        strata = [by_load[low:high] for low, high in itertools.pairwise(edges) if high > low]
        chosen = [(_typical(stratum, loads), float(len(stratum))) for stratum in strata]
    return [
        Share(Stream(ranks[owner == node], popular[owner == node], new_rate * arcs[node]), stands)
        for node, stands in chosen
    ]


def _typical(stratum: NDArray[np.int64], loads: NDArray[np.float64]) -> int:
    """The node whose load is nearest to the mean."""
    return int(stratum[np.argmin(np.abs(loads[stratum] - loads[stratum].mean()))])


@lru_cache(maxsize=64)
def _ring(nodes: int, popular: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """(share of the ring of each node, node of each popular query)."""
    points = np.array(
        [_place(f"{node} {point}") for node in range(nodes) for point in range(POINTS)], np.int64
    )
    order = np.argsort(points, kind="stable")
    sorted_points, of_node = points[order], order // POINTS
    lengths = np.diff(sorted_points, prepend=sorted_points[-1] - RING)
    arcs = np.bincount(of_node, lengths, nodes) / RING
    places = [_place(f"query {rank}") for rank in range(popular)]
    following = np.searchsorted(sorted_points, places) % len(sorted_points)
    return arcs, of_node[following]


def _place(name: str) -> int:
    """On the ring."""
    return int.from_bytes(blake2b(name.encode(), digest_size=4).digest())
