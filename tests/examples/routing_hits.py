"""How many pairs replicas need not run, by how searches reach them:

    python -m tests.examples.routing_hits --searches 4000 --replicas 2

Real nginx (and Envoy where there is one), real services with their caches, a session that costs
nothing. Queries are drawn from Zipf's law; a search brings the first, second or third ten of its
query's hits.
"""

import argparse
import asyncio
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from itertools import accumulate
from typing import Any

from tests.examples.envoy import balanced_by_envoy, program
from tests.examples.routing import POLICY, balanced
from tests.http.serving import GatedSession, serving
from tests.redis_server import RedisServer

HITS, PAGES = 10, (0.7, 0.2, 0.1)
BY_TURNS = ""
"""What nginx does without a policy."""
POLICIES = {
    "by turns": BY_TURNS,
    "at random": "random;",
    "by query": POLICY,
}


def searches(
    number: int,
    *,
    queries: int,
    seed: int,
    pages: Sequence[float] = PAGES,
    hits: int = HITS,
) -> list[dict[str, Any]]:
    """Bodies. The n-th of the queries comes 1/n as often as the first; `pages` are the weights of
    its first hits, as many as `hits`, the next ones, and so on."""
    rng = random.Random(seed)
    weights = list(accumulate(1 / rank for rank in range(1, queries + 1)))
    found = []
    for query in rng.choices(range(queries), cum_weights=weights, k=number):
        start = hits * rng.choices(range(len(pages)), pages)[0]
        documents = [f"hit {each} of {query}" for each in range(start, start + hits)]
        found.append({"query": f"query {query}", "documents": documents})
    return found


async def hit_share(
    plan: Sequence[dict[str, Any]],
    policy: str = POLICY,
    *,
    replicas: int = 2,
    cache_mb: int = 64,
    redis: str | None = None,
    envoy: bool = False,
    warm: int = 0,
) -> float:
    """The share of all pairs that were known when they came, behind nginx with that policy or
    behind Envoy; without the first searches, as many as `warm`."""
    shared = {} if redis is None else {"cache_url": redis, "cache_timeout_ms": 1000}
    async with AsyncExitStack() as stack:
        places = []
        for _ in range(replicas):
            one = serving(GatedSession(), cache_mb=cache_mb, log_level="error", **shared)
            service, own = await stack.enter_async_context(one)
            await service.start()
            places.append(str(own._base_url.authority))  # type: ignore[union-attr]
        balancer = balanced_by_envoy(places) if envoy else balanced(places, policy)
        client = await stack.enter_async_context(balancer)
        cached = 0
        for number, body in enumerate(plan):
            async with client.post("/v2/rerank", json=body) as answer:
                assert answer.status == 200, await answer.text()
                if number >= warm:
                    cached += int(answer.headers["x-rerank-cache"])
    return cached / sum(len(body["documents"]) for body in plan[warm:])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--searches", type=int, default=4000)
    parser.add_argument("--queries", type=int, default=2000)
    parser.add_argument("--replicas", type=int, default=2)
    parser.add_argument("--cache-mb", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    plan = searches(asked.searches, queries=asked.queries, seed=asked.seed)
    options = {"replicas": asked.replicas, "cache_mb": asked.cache_mb}
    for name, policy in POLICIES.items():
        print(f"{name:20} {asyncio.run(hit_share(plan, policy, **options)):.3f}", flush=True)
    if program() is not None:
        share = asyncio.run(hit_share(plan, envoy=True, **options))
        print(f"{'by query, Envoy':20} {share:.3f}", flush=True)
    with RedisServer() as redis:
        share = asyncio.run(hit_share(plan, BY_TURNS, redis=redis.url, **options))
    print(f"{'by turns, with Redis':20} {share:.3f}")


if __name__ == "__main__":
    main()
