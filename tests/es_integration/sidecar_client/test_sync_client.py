"""The client without an event loop, and beside a running one."""

import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
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
    with pytest.raises(RuntimeError, match="is closed"):
        client.rerank("q", ["a"])


def test_a_client_that_is_opened_once_and_kept(recording_server: Start) -> None:
    server = recording_server(lambda method, path, body: (200, RESULTS))
    client = SyncSidecarClient(server.url, timeout=5)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda n: client.rerank("q", ["a", "b"]), range(8)))
    assert answers == [[(1, 0.9), (0, 0.1)]] * 8
    assert client_threads() == 1, "all threads share one"
    client.close()
    client.close()
    assert client_threads() == 0
    with pytest.raises(RuntimeError, match="is closed"):
        client.rerank("q", ["a"])
    with client:
        assert client.rerank("q", ["a", "b"])[0] == (1, 0.9)


def test_a_client_that_is_dropped_takes_its_thread_with_it(recording_server: Start) -> None:
    server = recording_server(lambda method, path, body: (200, RESULTS))
    client = SyncSidecarClient(server.url, timeout=5)
    assert client.get("/info")[0] == 200
    (thread,) = [thread for thread in threading.enumerate() if thread.name == "sidecar-client"]
    del client
    thread.join(timeout=10)
    assert not thread.is_alive()


def test_a_process_ends_silently_with_a_client_that_it_keeps(recording_server: Start) -> None:
    server = recording_server(lambda method, path, body: (200, RESULTS))
    program = f"""
from es_integration import SyncSidecarClient
client = SyncSidecarClient({server.url!r}, timeout=5)
print(client.rerank("q", ["a", "b"])[0][0])
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert (ended.stdout, ended.stderr) == ("1\n", "")


def client_threads() -> int:
    return sum(thread.name == "sidecar-client" for thread in threading.enumerate())


async def test_the_sync_client_works_where_a_loop_runs(recording_server: Start) -> None:
    server = recording_server(lambda method, path, body: (200, RESULTS))
    with SyncSidecarClient(server.url) as client:
        assert client.rerank("q", ["a", "b"])[0] == (1, 0.9)


def test_silence_keeps_the_given_order_within_the_deadline() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with SyncSidecarClient(url, timeout=0.2) as client:
            ranking = client.rerank_or_keep("q", ["a", "b"])
    assert ranking.order == (0, 1)
    assert "no answer within" in str(ranking.reason)
