"""Does `plan` know what caches know? Real services behind nginx, at random and by query, beside the
share that a plan takes for known.

    python -m tests.workshop.planning.known_pairs

Caches have less room than there are queries, as in a plan for a large traffic; a session costs
nothing. The first searches fill the caches and are not counted.
"""

import argparse
import asyncio
import math

from sidecar.runtime.logit_cache import ENTRY_BYTES
from sidecar.workshop.planning.cluster import LOGIT_BYTES
from sidecar.workshop.planning.popularity import known_share, known_shares
from sidecar.workshop.planning.routing import Routing, shares
from sidecar.workshop.planning.traffic import Queries
from tests.examples.routing_hits import POLICIES, hit_share, searches

ROUTINGS: dict[str, Routing] = {"at random": "random", "by query": "hash"}


def known_by_plan(
    queries: Queries, rate: float, nodes: int, routing: Routing, cached_queries: float
) -> float:
    """The share of all queries that a cache knows, each node's with room for so many queries."""
    found = shares(queries, rate, nodes, routing)
    parts = [
        share.nodes
        * share.stream.rate
        * known_share(share.stream, known_shares(share.stream, cached_queries))
        for share in found
    ]
    return math.fsum(parts) / sum(share.nodes * share.stream.rate for share in found)


def main() -> None:
    """Prints both, for several numbers of replicas."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--searches", type=int, default=3000)
    parser.add_argument("--queries", type=int, default=300)
    parser.add_argument("--replicas", type=int, nargs="+", default=(2,))
    parser.add_argument("--hits", type=int, default=50, help="of each search")
    parser.add_argument("--cache-mb", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    plan = searches(
        asked.searches, queries=asked.queries, seed=asked.seed, pages=(1.0,), hits=asked.hits
    )
    queries = Queries(per_second=10.0, repeat_share=1.0, popular=asked.queries)
    room = asked.cache_mb * 2**20 / (ENTRY_BYTES + LOGIT_BYTES) / asked.hits
    print(f"{asked.queries} queries, room for {room:.0f} in a cache")
    for replicas in asked.replicas:
        for name, routing in ROUTINGS.items():
            share = hit_share(
                plan,
                POLICIES[name],
                replicas=replicas,
                cache_mb=asked.cache_mb,
                warm=asked.searches // 2,
            )
            by_plan = known_by_plan(queries, 10.0, replicas, routing, room)
            measured = asyncio.run(share)
            print(f"{replicas} {name:10} {measured:.3f}, by plan {by_plan:.3f}", flush=True)


if __name__ == "__main__":
    main()
