"""Clients that take their time, in whatever part of a request, and connections without number."""

import contextlib
import re
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from sidecar.errors import StartupError
from sidecar.http.connections import allow_connections
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.attacks.raw_http import (
    BODY,
    TIMEOUT_S,
    connect,
    exchange,
    length,
    post,
    read_all,
    seconds_until_closed,
    statuses,
)
from tests.http_client import ask

PROBE = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
LIMIT_S = 1.0
LATE_S = 6.0
"""By then every slow connection is gone: the limit, and what a busy machine takes."""
PAUSE_S = 0.1


@pytest.fixture(scope="module")
def hurried() -> Iterator[SidecarProcess]:
    """A service with short limits."""
    limits = {"keep_alive_s": LIMIT_S, "body_timeout_s": LIMIT_S, "write_timeout_s": LIMIT_S}
    with SidecarProcess(limits) as process:
        yield process


def trickle(connection: socket.socket, raw: bytes) -> None:
    """Sends the bytes one at a time, for as long as the service takes them."""
    with contextlib.suppress(OSError), connection.dup() as sender:
        for byte in raw:
            sender.sendall(bytes([byte]))
            time.sleep(PAUSE_S)


@pytest.mark.parametrize(
    ("first", "slowly"),
    [
        (b"", b""),
        (b"", post(BODY, length(BODY))),
        (b"POST /v2/rerank HTTP/1.1\r\nHost: x\r\n", b"X-A: a\r\n" * 50),
        (post(b"", b"Content-Length: 1000"), b" " * 500),
        (post(b"", b"Transfer-Encoding: chunked"), b"1\r\n \r\n" * 100),
        (post(b"", b"Transfer-Encoding: chunked") + b"1;", b"a" * 500),
        (b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n", b""),
        (PROBE, b"GET /health/live HTTP/1.1\r\nX-A: aaaa"),
    ],
    ids=[
        *("silent", "all slowly", "headers", "body", "chunks of a byte", "chunk extension"),
        *("idle", "slow second request"),
    ],
)
def test_a_connection_that_dawdles_is_closed(
    hurried: SidecarProcess, first: bytes, slowly: bytes
) -> None:
    with ThreadPoolExecutor(1) as pool, connect(hurried.url) as connection:
        connection.sendall(first)
        pool.submit(trickle, connection, slowly)
        assert seconds_until_closed(connection) < LATE_S
        connection.close()


def test_a_client_that_does_not_read_its_answers_is_cut_off(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with (
        SidecarProcess({"write_timeout_s": LIMIT_S}, log=log) as server,
        connect(server.url) as connection,
    ):
        # Some 300 kB each: more than the machine's own buffers hold.
        connection.sendall(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n" * 60)
        deadline = time.monotonic() + TIMEOUT_S
        while "slow_reader" not in log.read_text():
            assert time.monotonic() < deadline
            time.sleep(PAUSE_S)
        assert len(statuses(read_all(connection))) < 60
        assert ask(server, "/health/live").status == 200


def test_the_limit_of_open_files_is_raised_for_the_connections() -> None:
    code = (
        "import resource; from sidecar.http.connections import allow_connections\n"
        "resource.setrlimit(resource.RLIMIT_NOFILE, (256, 4000))\n"
        "allow_connections(900, ports=2); print(resource.getrlimit(resource.RLIMIT_NOFILE))\n"
        "allow_connections(3990); print(resource.getrlimit(resource.RLIMIT_NOFILE))\n"
        "allow_connections(4001)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["(1924, 4000)", "(4000, 4000)"]
    assert "StartupError: setting max_connections: 4001 are more than the 4000" in done.stderr


@pytest.mark.parametrize("fault", [ValueError("not allowed"), OSError(22, "Invalid argument")])
def test_a_limit_of_open_files_that_stays_as_it_is_may_be_enough(
    monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    """Some systems call a limit infinite that is none."""

    def refuse(*limit: object) -> None:
        raise fault

    monkeypatch.setattr(resource, "getrlimit", lambda of: (1024, resource.RLIM_INFINITY))
    monkeypatch.setattr(resource, "setrlimit", refuse)
    allow_connections(1024)
    with pytest.raises(StartupError, match="max_connections: 1025 are more than the 1024 files"):
        allow_connections(1025)


def test_connections_beyond_the_limit_are_refused_and_the_others_go_on() -> None:
    with SidecarProcess({"max_connections": 20}) as server, contextlib.ExitStack() as stack:
        held = [stack.enter_context(connect(server.url)) for _ in range(20)]
        held[0].sendall(PROBE)
        assert held[0].recv(65536).startswith(b"HTTP/1.1 200")
        for _ in range(10):
            with connect(server.url) as refused:
                assert statuses(refused.recv(65536)) == [503]
        for connection in held:
            connection.sendall(post(BODY, length(BODY)))
        for connection in held:
            assert statuses(connection.recv(65536)) == [200]
            connection.close()
        # The server may take a moment to see that they are closed; what it refuses then counts too.
        late = 0
        while statuses(exchange(server.url, post(BODY, length(BODY)))) == [503]:
            late += 1
        metrics = ask(server, "/metrics").raw.decode()
        (line,) = re.findall(r"^rerank_refused_connections_total (\S+)$", metrics, re.MULTILINE)
        assert float(line) == 10 + late
