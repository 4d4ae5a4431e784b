"""The client without an event loop, and beside a running one."""

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from es_integration import SyncSidecarClient

Start = Callable[..., Any]
RESULTS = {"results": [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.1}]}


def test_without_an_event_loop(recording_server: Start) -> None:
    server = recording_server(lambda method, path, body: (200, RESULTS))
    with SyncSidecarClient(server.url, timeout=5) as client:
        assert client.rerank("q", ["a", "b"]) == [(1, 0.9), (0, 0.1)]
        assert client.rerank_or_keep("q", ["a", "b"]).order == (1, 0)
        assert client.get("/info")[0] == client.post("/x", {})[0] == 200
    with pytest.raises(RuntimeError, match="outside of its `with`"):
        client.rerank("q", ["a"])


async def test_the_sync_client_works_where_a_loop_runs(recording_server: Start) -> None:
    server = recording_server(lambda method, path, body: (200, RESULTS))
    with SyncSidecarClient(server.url) as client:
        assert client.rerank("q", ["a", "b"])[0] == (1, 0.9)


def test_silence_keeps_the_given_order_within_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with SyncSidecarClient(url, timeout=0.2) as client:
            start = time.monotonic()
            ranking = client.rerank_or_keep("q", ["a", "b"])
            assert time.monotonic() - start < 2
    assert ranking.order == (0, 1)
    assert "no answer within" in str(ranking.reason)
