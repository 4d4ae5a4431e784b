"""Priorities and API keys as clients set them: who is answered first."""

import asyncio
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sidecar.access.api_key import new_key
from tests.http.key_files import bearer, entry, write
from tests.http.serving import GatedSession, serving, until

SHOP, JOBS, OTHER = new_key(), new_key(), new_key()


@pytest.fixture
def keys(tmp_path: Path) -> Path:
    jobs = entry("jobs", JOBS, more='priority = "batch"')
    return write(tmp_path / "keys.toml", entry("shop", SHOP) + jobs + entry("other", OTHER))


def request(number: int, documents: int, **more: Any) -> dict[str, Any]:
    texts = [f"text {number} of {index} documents" for index in range(documents)]
    return {"query": "q", "documents": texts, **more}


async def answered(keys: Path, *requests: tuple[str, dict[str, Any]]) -> list[int]:
    """The order in which requests (key, body) are answered that came one by one while the only
    worker was busy."""
    session, order = GatedSession(), []
    async with serving(session, api_keys_file=keys) as (service, client):
        await service.start()
        scorer = service.models.default.scorer
        scorer.throughput.record(1000, 1.0)  # type: ignore[attr-defined]
        session.gate.clear()

        async def send(number: int, key: str, body: dict[str, Any]) -> None:
            headers = bearer(key)
            async with client.post("/v2/rerank", json=body, headers=headers) as answer:
                assert answer.status == 200, await answer.text()
            order.append(number)

        tasks, queued = [], 0
        for number, (key, body) in enumerate([(SHOP, request(99, 1)), *requests], start=-1):
            tasks.append(asyncio.create_task(send(number, key, body)))
            queued += len(body["documents"])
            await until(lambda queued=queued: scorer.load().inputs == queued)
        session.gate.set()
        await asyncio.gather(*tasks)
    return order[1:]


@pytest.mark.parametrize(
    ("key", "more"),
    [
        (SHOP, {"priority": "batch"}),
        (JOBS, {}),
        (JOBS, {"priority": "interactive"}),
        (SHOP, {"priority": 5}),
    ],
    ids=["body", "key", "key wins", "number"],
)
async def test_batch_work_is_answered_after_a_search_that_came_later(
    keys: Path, key: str, more: dict[str, Any]
) -> None:
    batch, search = request(1, 3, **more), request(2, 9)
    assert await answered(keys, (key, batch), (SHOP, search)) == [1, 0]


async def test_a_search_is_not_behind_the_many_requests_of_another_key(keys: Path) -> None:
    greedy = [(SHOP, request(number, 4)) for number in range(6)]
    order = await answered(keys, *greedy, (OTHER, request(9, 8)))
    assert order.index(6) <= 3


async def test_an_unknown_priority_is_refused(keys: Path) -> None:
    async with serving(GatedSession(), api_keys_file=keys) as (service, client):
        await service.start()
        assert await status(client, {"priority": "urgent"}, {}) == 422
        assert await status(client, {}, {"X-Rerank-Priority": "urgent"}) == 422
        assert await status(client, {}, {"X-Rerank-Priority": "batch"}) == 200


async def status(
    client: aiohttp.ClientSession, more: dict[str, Any], headers: dict[str, str]
) -> int:
    headers = {**bearer(SHOP), **headers}
    async with client.post("/v2/rerank", json=request(1, 1, **more), headers=headers) as answer:
        return answer.status
