"""Retries within a deadline, the pauses between them, and the order that is kept in the end."""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import pytest

from es_integration import (
    SidecarClient,
    SidecarRefused,
    SidecarUnreachable,
)
from es_integration.sidecar_client.retry import MAX_PAUSE_S, pause_s, retry_after_s

Start = Callable[..., Any]
RESULTS = {"results": [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.1}]}
NOW = 1_767_225_600.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "3"}, 3.0),
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": "1.5"}, 1.5),
        ({"Retry-After": "-2"}, 0.0),
        ({"Retry-After": formatdate(NOW + 7, usegmt=True)}, 7.0),
        ({"Retry-After": formatdate(NOW - 7, usegmt=True)}, 0.0),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "nan"}, None),
        ({"Retry-After": "Thu, 99 Foo 2026 00:00:00 GMT"}, None),
        ({"Retry-After": "3", "retry-after-ms": "250"}, 0.25),
        ({"Retry-After": "3", "retry-after-ms": "x"}, 3.0),
    ],
)
def test_when_an_answer_says_to_come_back(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after_s(headers, NOW) == seconds


def test_pauses_grow_unless_the_answer_gives_one() -> None:
    assert pause_s(0, None, 1.0) == 0.1
    assert pause_s(0, None, 0.0) == 0.05
    assert pause_s(2, None, 1.0) == 0.4
    assert pause_s(500, None, 1.0) == MAX_PAUSE_S
    assert pause_s(5, 0.0, 1.0) == 0.0
    assert pause_s(0, 30.0, 0.5) == 30.0


def failing(times: int, status: int) -> Callable[[str, str, Any], tuple[int, Any]]:
    """Refuses so many times, then answers."""
    statuses = iter([status] * times)

    def answer(method: str, path: str, body: Any) -> tuple[int, Any]:
        status_left = next(statuses, None)
        return (200, RESULTS) if status_left is None else (status_left, {"message": "busy"})

    return answer


@pytest.mark.parametrize("status", [429, 502, 503])
async def test_passing_failures_are_retried(recording_server: Start, status: int) -> None:
    server = recording_server(failing(2, status))
    async with SidecarClient(server.url) as client:
        assert await client.rerank("q", ["a", "b"]) == [(1, 0.9), (0, 0.1)]
    assert len(server.requests) == 3


@pytest.mark.parametrize("status", [400, 401, 404, 413, 422, 500, 504])
async def test_lasting_failures_are_not_retried(recording_server: Start, status: int) -> None:
    server = recording_server(failing(1, status))
    async with SidecarClient(server.url) as client:
        with pytest.raises(SidecarRefused) as refused:
            await client.rerank("q", ["a", "b"])
    assert refused.value.status == status
    assert len(server.requests) == 1


async def test_retries_end(recording_server: Start) -> None:
    server = recording_server(failing(99, 503))
    server.headers["Retry-After"] = "0"
    async with SidecarClient(server.url, retries=3) as client:
        with pytest.raises(SidecarRefused):
            await client.rerank("q", ["a", "b"])
    assert len(server.requests) == 4


async def test_it_waits_as_long_as_the_answer_says(recording_server: Start) -> None:
    server = recording_server(failing(1, 429))
    server.headers["retry-after-ms"] = "300"
    async with SidecarClient(server.url) as client:
        start = time.monotonic()
        await client.rerank("q", ["a", "b"])
        assert time.monotonic() - start >= 0.3


async def test_a_wait_beyond_the_deadline_is_not_begun(recording_server: Start) -> None:
    server = recording_server(failing(1, 429))
    server.headers["Retry-After"] = formatdate(time.time() + 60, usegmt=True)
    async with SidecarClient(server.url) as client:
        start = time.monotonic()
        with pytest.raises(SidecarRefused) as refused:
            await client.rerank("q", ["a", "b"], deadline_s=5)
        assert time.monotonic() - start < 5, "as long as it had"
    assert refused.value.retry_after_s == pytest.approx(60, abs=5)


async def test_a_broken_connection_is_retried_on_a_new_one() -> None:
    with socket.create_server(("127.0.0.1", 0)) as front:
        thread = threading.Thread(target=drop_then_answer, args=(front,))
        thread.start()
        async with SidecarClient(f"http://127.0.0.1:{front.getsockname()[1]}") as client:
            assert await client.rerank("q", ["a", "b"]) == [(1, 0.9), (0, 0.1)]
        thread.join()


def drop_then_answer(front: socket.socket) -> None:
    """Closes the first connection unanswered, and answers on the second."""
    front.accept()[0].close()
    connection, _ = front.accept()
    with connection:
        received = b""
        while not received.endswith(b"}"):
            received += connection.recv(65536)
        body = json.dumps(RESULTS).encode()
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n"
        connection.sendall(head + b"Content-Length: %d\r\n\r\n" % len(body) + body)


async def test_the_sidecar_gets_the_remaining_deadline(recording_server: Start) -> None:
    heads: list[str] = []
    async with asyncio.timeout(10):
        with socket.create_server(("127.0.0.1", 0)) as front:
            thread = threading.Thread(target=remember, args=(front, heads))
            thread.start()
            url = f"http://127.0.0.1:{front.getsockname()[1]}"
            async with SidecarClient(url, retries=0, api_key="secret") as client:
                with pytest.raises(SidecarUnreachable):
                    await client.rerank("q", ["a"], deadline_s=3)
            thread.join()
    (head,) = heads
    headers = dict(line.split(": ", 1) for line in head.split("\r\n")[1:] if ": " in line)
    assert 2000 < int(headers["X-Request-Deadline-Ms"]) <= 3000
    assert headers["Authorization"] == "Bearer secret"


def remember(front: socket.socket, heads: list[str]) -> None:
    connection, _ = front.accept()
    with connection:
        heads.append(connection.recv(65536).decode())


async def test_the_given_order_is_kept_with_the_reason(recording_server: Start) -> None:
    server = recording_server(failing(99, 503))
    async with SidecarClient(server.url, retries=0) as client:
        ranking = await client.rerank_or_keep("q", ["a", "b", "c"])
        assert (ranking.order, ranking.scores, ranking.reason) == ((0, 1, 2), None, "503: busy")
        assert (await client.rerank_or_keep("q", ["a", "b", "c"], top_n=2)).order == (0, 1)
        assert (await client.rerank_or_keep("q", [])).order == ()


@pytest.mark.parametrize("answer", [{"results": [{"index": 7, "relevance_score": 1.0}]}, []])
async def test_an_invalid_answer_keeps_the_given_order(
    recording_server: Start, answer: Any
) -> None:
    server = recording_server(lambda method, path, body: (200, answer))
    async with SidecarClient(server.url) as client:
        ranking = await client.rerank_or_keep("q", ["a", "b"])
    assert ranking.order == (0, 1)
    assert ranking.reason


async def test_a_reranked_answer_has_no_reason(recording_server: Start) -> None:
    server = recording_server(lambda method, path, body: (200, RESULTS))
    async with SidecarClient(server.url) as client:
        ranking = await client.rerank_or_keep("q", ["a", "b"], profile="ecommerce")
    assert (ranking.order, ranking.scores, ranking.reason) == ((1, 0), (0.9, 0.1), None)
    assert server.requests[0][2]["profile"] == "ecommerce"
