"""The client sends what it is given, and tells refusals, silence and invalid answers apart."""

import socket
from collections.abc import Callable
from typing import Any

import pytest

from es_integration import (
    SidecarAnswerInvalid,
    SidecarClient,
    SidecarRefused,
    SidecarUnreachable,
)

pytestmark = pytest.mark.asyncio

RESULTS = {"results": [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.1}]}

Start = Callable[..., Any]


async def test_rerank_returns_indices_and_scores_in_the_answers_order(
    recording_server: Start,
) -> None:
    server = recording_server(lambda method, path, body: (200, RESULTS))
    async with SidecarClient(server.url + "/") as client:
        ranked = await client.rerank("q", ["a", {"title": "b"}], top_n=2, profile="ecommerce")
    assert ranked == [(1, 0.9), (0, 0.1)]
    sent = {"query": "q", "documents": ["a", {"title": "b"}], "top_n": 2, "profile": "ecommerce"}
    assert server.requests == [("POST", "/v2/rerank", sent)]


async def test_a_client_that_is_opened_once_and_kept(recording_server: Start) -> None:
    server = recording_server(lambda method, path, body: (200, RESULTS))
    client = SidecarClient(server.url)
    assert await client.rerank("q", ["a", "b"]) == [(1, 0.9), (0, 0.1)]
    assert (await client.rerank_or_keep("q", ["a", "b"])).order == (1, 0)
    await client.close()
    await client.close()
    with pytest.raises(RuntimeError, match="is closed"):
        await client.rerank("q", ["a"])


async def test_no_top_n_is_sent_where_none_is_given(recording_server: Start) -> None:
    server = recording_server(lambda method, path, body: (200, {"results": []}))
    async with SidecarClient(server.url) as client:
        assert await client.rerank("q", ["a"], path="/opensearch/rerank") == []
    assert server.requests == [("POST", "/opensearch/rerank", {"query": "q", "documents": ["a"]})]


@pytest.mark.parametrize(
    "body",
    [{"message": "busy"}, {"error": {"message": "busy"}}, {"error": "busy"}, {"detail": "busy"}],
)
async def test_a_refusal_carries_status_reason_and_when_to_return(
    recording_server: Start, body: dict[str, Any]
) -> None:
    server = recording_server(lambda method, path, sent: (429, body))
    server.headers["Retry-After"] = "1.5"
    async with SidecarClient(server.url, retries=0) as client:
        with pytest.raises(SidecarRefused) as refused:
            await client.rerank("q", ["a"])
    assert (refused.value.status, refused.value.reason) == (429, "busy")
    assert refused.value.retry_after_s == 1.5


async def test_an_error_page_of_a_proxy_is_a_refusal(recording_server: Start) -> None:
    server = recording_server(lambda method, path, body: (502, b"<html>Bad Gateway"))
    async with SidecarClient(server.url, retries=0) as client:
        with pytest.raises(SidecarRefused, match="502: <html>Bad Gateway"):
            await client.rerank("q", ["a"])


@pytest.mark.parametrize(
    "answer",
    [
        [],
        {"results": [{"index": 0}]},
        {"results": [{"index": 5, "relevance_score": 0.1}]},
        {"results": [{"index": -1, "relevance_score": 0.1}]},
        {"results": [{"index": 0, "relevance_score": None}]},
    ],
)
async def test_an_answer_that_is_no_ranking_is_an_error(
    recording_server: Start, answer: Any
) -> None:
    server = recording_server(lambda method, path, body: (200, answer))
    async with SidecarClient(server.url) as client:
        with pytest.raises(SidecarAnswerInvalid):
            await client.rerank("q", ["a"])


async def test_post_and_get_return_whatever_came(recording_server: Start) -> None:
    server = recording_server(lambda method, path, body: (404, {"path": path, "got": body}))
    async with SidecarClient(server.url) as client:
        status, headers, body = await client.post("/x", [1])
        assert (status, body) == (404, {"path": "/x", "got": [1]})
        assert headers["Content-Type"] == "application/json"
        assert (await client.get("/y"))[2] == {"path": "/y", "got": None}


async def test_nobody_there_is_unreachable() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # Bound and not listening: every connection is refused.
        async with SidecarClient(f"http://127.0.0.1:{taken.getsockname()[1]}") as client:
            with pytest.raises(SidecarUnreachable):
                await client.rerank("q", ["a"])


async def test_silence_is_unreachable_after_the_timeout() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        async with SidecarClient(url, timeout=0.05) as client:
            with pytest.raises(SidecarUnreachable, match=r"within 0\.05 seconds"):
                await client.rerank("q", ["a"])
