"""The generator against a server of the test's own."""

import asyncio
import math
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from sidecar.workshop.bench.load.generator import UNANSWERED, content_length, send
from sidecar.workshop.bench.load.plan import PAGE, Planned
from tests.socket_server import running

REQUEST = b"POST / HTTP/1.1\r\nHost: test\r\nContent-Length: 2\r\n\r\n{}"


class Server(ThreadingHTTPServer):
    """Answers each request after `delay_s` with `status`; 0 closes the connection."""

    status, delay_s = 200, 0.0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.connections: set[int] = set()
        self.asked_now, self.most_at_once = 0, 0
        self.first_asked = math.inf
        self.counting = threading.Lock()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server

    def do_POST(self) -> None:
        self.server.first_asked = min(self.server.first_asked, time.perf_counter())
        self.server.connections.add(self.client_address[1])
        self.rfile.read(2)
        with self.server.counting:
            self.server.asked_now += 1
            self.server.most_at_once = max(self.server.most_at_once, self.server.asked_now)
        time.sleep(self.server.delay_s)
        with self.server.counting:
            self.server.asked_now -= 1
        if not self.server.status:
            self.close_connection = True
            return
        self.send_response(self.server.status)
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"abc")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    with running(server):
        yield server


def plan(*moments: float) -> list[Planned]:
    return [Planned(moment, PAGE, 1.0, "") for moment in moments]


def test_every_request_has_an_outcome_and_connections_are_used_again(server: Server) -> None:
    server.status = 429
    planned = plan(0.0, 0.2, 0.4)
    found = send("127.0.0.1", server.server_port, planned, [REQUEST] * 3)
    assert [outcome.planned for outcome in found.outcomes] == planned
    assert [outcome.status for outcome in found.outcomes] == [429] * 3
    assert len(server.connections) == 1
    assert 0 < found.cpu_s < found.wall_s


def test_latencies_count_from_the_plan_and_slow_answers_hold_up_no_request(server: Server) -> None:
    server.delay_s = 0.3
    found = send("127.0.0.1", server.server_port, plan(0.0, 0.0, 0.1), [REQUEST] * 3)
    for outcome in found.outcomes:
        assert outcome.latency_s == outcome.done_s - outcome.planned.at_s >= 0.3
        assert outcome.planned.at_s <= outcome.sent_s < outcome.done_s
    assert len(server.connections) == 3


def test_connections_are_open_before_the_requests_of_a_moment(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected: list[float] = []
    connect = asyncio.open_connection

    async def noting(*arguments: Any, **named: Any) -> Any:
        found = await connect(*arguments, **named)
        connected.append(time.perf_counter())
        return found

    monkeypatch.setattr(asyncio, "open_connection", noting)
    send("127.0.0.1", server.server_port, plan(0.5, 0.5, 0.5), [REQUEST] * 3)
    assert len(connected) == 3
    assert max(connected) < server.first_asked


def test_in_a_closed_loop_each_client_waits_for_its_answer(server: Server) -> None:
    server.delay_s = 0.02
    found = send("127.0.0.1", server.server_port, plan(*[0.0] * 9), [REQUEST] * 9, clients=3)
    assert len(found.outcomes) == 9
    assert server.most_at_once == 3 == len(server.connections)
    for outcome in found.outcomes:
        assert outcome.planned.at_s <= outcome.sent_s < outcome.done_s


def test_a_broken_connection_is_no_answer(server: Server) -> None:
    server.status = 0
    found = send("127.0.0.1", server.server_port, plan(0.0), [REQUEST])
    assert found.outcomes[0].status == UNANSWERED


def test_the_length_is_read_from_any_spelling_of_its_header() -> None:
    assert content_length(b"HTTP/1.1 200 OK\r\nContent-Length: 17\r\n\r\n") == 17
    assert content_length(b"HTTP/1.1 204 No Content\r\n\r\n") == 0
