"""The examples of routing by query: nginx and Envoy send equal queries to one replica."""

import gzip
import io
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from tests.examples.envoy import balanced_by_envoy
from tests.examples.routing import balanced
from tests.examples.routing_hits import BY_TURNS, hit_share, searches
from tests.http.serving import GatedSession, serving

QUERIES = [f"red shoes {number}" for number in range(24)]
DOCUMENTS = ["a", "b c"]


Balancer = Callable[[Sequence[str]], AbstractAsyncContextManager[aiohttp.ClientSession]]


@pytest.fixture(params=[balanced, balanced_by_envoy], ids=["nginx", "envoy"])
def balancer(request: pytest.FixtureRequest) -> Balancer:
    made: Balancer = request.param
    return made


@dataclass
class Routed:
    """Two replicas behind a balancer; the number of a replica is every score that it gives."""

    client: aiohttp.ClientSession
    replicas: list[GatedSession]

    async def send(self, body: Any, **headers: str) -> int:
        """Which replica has answered."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        body = io.BytesIO(raw)
        types = {"Content-Type": "application/json", **headers}
        async with self.client.post("/v2/rerank", data=body, headers=types) as reply:
            assert reply.status == 200, await reply.text()
            return 1 if (await reply.json())["results"][0]["relevance_score"] > 0.5 else 0


@asynccontextmanager
async def routed(balancer: Balancer) -> AsyncIterator[Routed]:
    sessions = [GatedSession() for _ in range(2)]
    async with AsyncExitStack() as stack:
        places = []
        for number, session in enumerate(sessions):
            session.value = 8.0 if number else -8.0
            service, client = await stack.enter_async_context(serving(session))
            await service.start()
            places.append(str(client._base_url.authority))  # type: ignore[union-attr]
        yield Routed(await stack.enter_async_context(balancer(places)), sessions)


def search(query: object, documents: list[str] = DOCUMENTS, **more: object) -> dict[str, object]:
    return {"query": query, "documents": documents, **more}


async def test_a_query_goes_to_one_replica_whatever_its_documents_are(balancer: Balancer) -> None:
    async with routed(balancer) as routed_to:
        homes = [await routed_to.send(search(query)) for query in QUERIES]
        assert set(homes) == {0, 1}, "both have some"
        for query, home in zip(QUERIES, homes, strict=True):
            documents = [f"{query} {number}" for number in range(3)]
            assert await routed_to.send(search(query, documents, top_n=1)) == home
            behind = {"documents": documents, "top_n": 2, "query": query}
            assert await routed_to.send(behind) == home
            assert await routed_to.send(search({"query_text": query})) == home
            indented = json.dumps(search({"query": query}), indent=2).encode()
            assert await routed_to.send(indented) == home


async def test_queries_with_quotes_and_other_scripts_are_read_to_their_end(
    balancer: Balancer,
) -> None:
    async with routed(balancer) as routed_to:
        for stem in ('27" "monitor"', "back\\slash", "größe 東京", "tab\tnew\nline"):
            homes = {await routed_to.send(search(f"{stem} {number}")) for number in range(16)}
            assert homes == {0, 1}, "what stands behind the quote counts"
            assert len({await routed_to.send(search(stem)) for _ in range(4)}) == 1


async def test_what_an_application_says_wins(balancer: Balancer) -> None:
    async with routed(balancer) as routed_to:
        homes = {
            await routed_to.send(search(query), **{"x-rerank-route": "user 7"}) for query in QUERIES
        }
        assert len(homes) == 1


async def test_bodies_whose_query_cannot_be_read_are_answered(balancer: Balancer) -> None:
    async with routed(balancer) as routed_to:
        packed = gzip.compress(json.dumps(search("q")).encode())
        large = search("q", ["x" * 2_000_000])
        homes = set()
        for _ in range(12):
            homes.add(await routed_to.send(packed, **{"Content-Encoding": "gzip"}))
            homes.add(await routed_to.send(large))
        assert homes == {0, 1}


async def test_a_replica_that_fails_is_passed_over_and_the_others_keep_their_queries(
    balancer: Balancer,
) -> None:
    async with routed(balancer) as routed_to:
        homes = [await routed_to.send(search(query)) for query in QUERIES]
        routed_to.replicas[0].fault = RuntimeError("the device is gone")
        assert {await routed_to.send(search(query)) for query in QUERIES} == {1}
        routed_to.replicas[0].fault = None
        kept = [
            await routed_to.send(search(query))
            for query, home in zip(QUERIES, homes, strict=True)
            if home == 1
        ]
        assert set(kept) == {1}


async def test_more_pairs_are_known_than_by_turns() -> None:
    plan = searches(200, queries=50, seed=1)
    by_query = await hit_share(plan)
    by_turns = await hit_share(plan, BY_TURNS)
    assert by_query > by_turns + 0.05
