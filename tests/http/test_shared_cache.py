"""Two replicas and one Redis: the second answers from it, and nothing that Redis does shows in an
answer."""

import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import aiohttp
import pytest
from redis import Redis
from structlog.testing import capture_logs

from sidecar.errors import StartupError
from sidecar.http.service import Service
from sidecar.http.shared_cache import open_shared_cache
from sidecar.pipeline.breaker import FAULTS
from sidecar.runtime.logit_cache import Key, cache_keys
from sidecar.runtime.session import ModelInput
from sidecar.settings import Settings
from sidecar.telemetry.metrics import Metrics
from tests.http.serving import GatedSession, metric, serving, until
from tests.redis_server import RedisServer

NEW = count()
PAIRS = "rerank_shared_cache_pairs_total"


@dataclass
class Replica:
    """A service with the cache of a Redis."""

    service: Service
    client: aiohttp.ClientSession
    session: GatedSession
    cached: list[int] = field(default_factory=list)
    """Pairs that each search did not run."""

    async def search(self, body: dict[str, Any]) -> Any:
        """The results of a search, which is answered whatever Redis does."""
        async with self.client.post("/v2/rerank", json=body) as answer:
            assert answer.status == 200, await answer.text()
            self.cached.append(int(answer.headers["x-rerank-cache"]))
            return (await answer.json())["results"]

    def counted(self, outcome: str) -> float:
        return metric(self.service, PAIRS, outcome=outcome)

    @property
    def up(self) -> float:
        return metric(self.service, "rerank_shared_cache_up")


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    with RedisServer() as redis:
        yield redis


@asynccontextmanager
async def replica(url: str) -> AsyncIterator[Replica]:
    """Its limit is long, so that a busy machine does not decide what is found."""
    session = GatedSession()
    settings = {"cache_mb": 1, "cache_url": url, "cache_timeout_ms": 1000}
    async with serving(session, **settings) as (service, client):
        await service.start()
        yield Replica(service, client, session)


def new_search(documents: int = 5) -> dict[str, Any]:
    """One that nobody has sent before."""
    query = f"red shoes {next(NEW)}"
    return {"query": query, "documents": ["red " * n + query for n in range(documents)]}


async def stored(redis: RedisServer, pairs: int) -> None:
    """Returns once Redis has so many."""
    with Redis.from_url(redis.url) as client:
        await until(lambda: client.dbsize() == pairs, 60)


async def test_the_second_replica_answers_from_what_the_first_has_scored(
    redis: RedisServer,
) -> None:
    search = new_search()
    async with replica(redis.url) as first, replica(redis.url) as second:
        scored = await first.search(search)
        await stored(redis, 5)
        assert await second.search(search) == scored
        assert (first.cached, second.cached) == ([0], [5])
        assert (second.session.runs, second.counted("found"), second.up) == (0, 5, 1)
        assert await second.search(search) == scored
        assert second.counted("found") == 5, "its own cache knows them now"
        await second.search({**search, "documents": [*search["documents"], "a blue one"]})
        assert second.session.runs == 1


async def test_relevant_sentences_are_shared_too(redis: RedisServer) -> None:
    text = "The shoe is red. It has a sole of rubber. It was made for those who run."
    search = {"query": "red", "documents": [text], "relevant_spans": {"mode": "enabled"}}
    async with replica(redis.url) as first, replica(redis.url) as second:
        scored = await first.search(search)
        await stored(redis, 4)
        assert await second.search(search) == scored
        assert second.session.runs == 0


async def test_the_keys_of_pairs_are_made_once(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[int] = []

    def counted(revision: str, inputs: Sequence[ModelInput]) -> list[Key]:
        made.append(len(inputs))
        return cache_keys(revision, inputs)

    monkeypatch.setattr("sidecar.runtime.cached_scorer.cache_keys", counted)
    text = "The shoe is red. It has a sole of rubber."
    spans = {"query": "red", "documents": [text], "relevant_spans": {"mode": "enabled"}}
    async with replica(redis.url) as one:
        await one.search(new_search())
        assert made == [5]
        await one.search(spans)
        assert made == [5, 1, 2], "the document, then its sentences"


async def test_values_that_were_changed_in_redis_are_scored_anew(redis: RedisServer) -> None:
    search = new_search()
    async with replica(redis.url) as first, replica(redis.url) as second:
        scored = await first.search(search)
        await stored(redis, 5)
        with Redis.from_url(redis.url) as client:
            keys = client.keys("rerank:*")
            values = client.mget(keys)
            client.mset(dict(zip(keys, values[1:] + values[:1], strict=True)))
        assert await second.search(search) == scored
        assert (second.counted("invalid"), second.session.runs) == (5, 5)


async def test_models_with_other_scores_share_nothing(redis: RedisServer) -> None:
    search = new_search()
    async with replica(redis.url) as first, replica(redis.url) as second:
        await first.search(search)
        await stored(redis, 5)
        scorer: Any = second.service.models.default.scorer
        scorer._score_revision = "another"
        await second.search(search)
        assert second.counted("missing") == 5


async def test_a_redis_that_dies_in_the_middle_of_traffic_changes_no_answer(
    redis: RedisServer,
) -> None:
    searches = [new_search(2) for _ in range(3 + FAULTS + 3)]
    async with replica(redis.url) as first, replica(redis.url) as second:
        wanted = [await first.search(search) for search in searches]
        await stored(redis, 2 * len(searches))
        with capture_logs() as log:
            for number, search in enumerate(searches):
                if number == 3:
                    redis.kill()
                assert await second.search(search) == wanted[number]
        assert second.cached == [2] * 3 + [0] * (FAULTS + 3)
        assert second.up == 0
        faults = {"call": "read", "reason": "connection"}
        assert metric(second.service, "rerank_shared_cache_faults_total", **faults) == FAULTS
        [away] = [line for line in log if line["event"] == "shared cache away"]
        assert (away["log_level"], away["call"]) == ("warning", "read")
        assert away["fault"].startswith("connection: ")


async def test_a_service_starts_without_its_redis_and_tells_nobody_the_password() -> None:
    with capture_logs() as log:
        async with replica("redis://:a-secret@127.0.0.1:1/0") as alone:
            for _ in range(FAULTS):
                await alone.search(new_search())
            assert alone.up == 0
            shown = ""
            for path in ("/metrics", "/info", "/health/ready"):
                async with alone.client.get(path) as answer:
                    assert answer.status == 200
                    shown += await answer.text()
    assert "shared cache away" in {line["event"] for line in log}
    assert "a-secret" not in shown + str(log)


def test_without_the_clients_package_the_start_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "sidecar.shared_cache.redis_store", None)
    settings = Settings.model_validate({"cache_url": "redis://localhost"})
    with pytest.raises(StartupError, match=r'pip install "rerank-sidecar\[redis\]"'):
        open_shared_cache(settings, Metrics().shared_cache)
