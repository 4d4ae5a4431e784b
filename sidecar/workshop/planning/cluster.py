"""Several nodes with a share of the traffic each -> what all its queries see. Pure.

Queries that come independently to a cluster, and are sent on by chance or by a hash, come
independently to each node. So nodes are simulated one by one, and alike ones only once.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sidecar.runtime.logit_cache import ENTRY_BYTES
from sidecar.workshop.planning.arrivals import arrivals
from sidecar.workshop.planning.node_model import NodeModel
from sidecar.workshop.planning.popularity import known_share, known_shares
from sidecar.workshop.planning.routing import Routing, shares
from sidecar.workshop.planning.simulated_node import ANSWERED, Ended, SimulatedNode
from sidecar.workshop.planning.traffic import Traffic

LOGIT_BYTES = 4
WARM_UP = 0.1
"""Of the queries of a node, that come before it is looked at."""
PERCENTILES = (50, 95, 99)


@dataclass(frozen=True, slots=True)
class Figures:
    """What the queries saw. Latencies are seconds of the answered ones."""

    p50_s: float
    p95_s: float
    p99_s: float
    refused: float
    """Share of the queries that were refused or late."""
    known: float
    """Share of the queries whose pairs the cache knew, in the long run."""
    queries: int
    """Simulated."""


def simulate(
    traffic: Traffic,
    node: NodeModel,
    rate: float,
    nodes: int,
    routing: Routing,
    *,
    queries: int,
    seed: int,
) -> Figures:
    """Figures at so many queries per second on so many nodes. `queries` are simulated on each node
    that is looked at."""
    latencies: list[float] = []
    weights: list[float] = []
    all_weight = failed_weight = known_weight = 0.0
    count = 0
    for number, share in enumerate(shares(traffic.queries, rate, nodes, routing)):
        stream = share.stream
        known = known_shares(stream, cached_queries(traffic, node))
        name = f"{seed} {number}"
        coming = arrivals(traffic, stream, known, queries, name)
        ended = SimulatedNode(node, seed).serve(coming, traffic.deadline_s)
        looked_at = in_steady_state(ended)
        weight = share.nodes * stream.rate / len(looked_at)
        answered = [each.latency_s for each in looked_at if each.status == ANSWERED]
        latencies += answered
        weights += [weight] * len(answered)
        all_weight += weight * len(looked_at)
        failed_weight += weight * (len(looked_at) - len(answered))
        known_weight += weight * len(looked_at) * known_share(stream, known)
        count += len(looked_at)
    p50_s, p95_s, p99_s = weighted_percentiles(latencies, weights)
    return Figures(
        p50_s,
        p95_s,
        p99_s,
        float(failed_weight / all_weight),
        float(known_weight / all_weight),
        count,
    )


def cached_queries(traffic: Traffic, node: NodeModel) -> float:
    """How many queries' pairs the cache of a node has room for."""
    pairs = node.figures.cache_mb * 2**20 / (ENTRY_BYTES + LOGIT_BYTES)
    return pairs / traffic.hits.mean


def in_steady_state(ended: Sequence[Ended]) -> Sequence[Ended]:
    """Without the first ones, which found the node empty. In the order of arrival."""
    by_arrival = sorted(ended, key=lambda each: each.query.at_s)
    return by_arrival[int(WARM_UP * len(by_arrival)) :]


def weighted_percentiles(values: Sequence[float], weights: Sequence[float]) -> tuple[float, ...]:
    """p50, p95 and p99 of values that stand for so much each; infinite without any."""
    if not values:
        return (float("inf"),) * len(PERCENTILES)
    found = np.percentile(values, PERCENTILES, weights=weights, method="inverted_cdf")
    return tuple(map(float, found))
