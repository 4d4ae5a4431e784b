"""Requests that two servers could read as two different ones, and headers beyond every need.

Each is one request to the service, or none and the connection is closed: then nothing that follows
on the connection can pass for a request of somebody else.
"""

import pytest

from sidecar.http.connections import MAX_HEADER_BYTES, MAX_HEADERS, MAX_LINE_BYTES
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.attacks.raw_http import BODY, chunked, exchange, length, post, statuses

CHUNKED = b"Transfer-Encoding: chunked"
SMUGGLED = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
"""What an attacker would have the service take for the next client's request."""


@pytest.mark.parametrize(
    "raw",
    [
        post(chunked(BODY) + SMUGGLED, length(BODY), CHUNKED),
        post(chunked(BODY) + SMUGGLED, CHUNKED, length(BODY)),
        post(BODY + SMUGGLED, length(BODY), b"Content-Length: 5"),
        post(BODY + SMUGGLED, b"Content-Length: %d, %d" % (len(BODY), len(BODY))),
        post(BODY + SMUGGLED, b"Content-Length: +%d" % len(BODY)),
        post(BODY + SMUGGLED, b"Content-Length: 0x%x" % len(BODY)),
        post(BODY + SMUGGLED, b"Content-Length: -1"),
        post(BODY + SMUGGLED, b"Content-Length: " + b"9" * 40),
        post(BODY + SMUGGLED, b"Content-Length : %d" % len(BODY)),
        post(BODY + SMUGGLED, length(BODY), b"X-Folded: a\r\n b"),
        post(BODY + SMUGGLED, length(BODY), b"X-Bare: a\rb"),
        post(BODY + SMUGGLED, length(BODY), b"X-Null: a\0b"),
        post(BODY + SMUGGLED, length(BODY), b"no colon"),
        post(BODY + SMUGGLED, length(BODY), b": no name"),
        post(chunked(BODY) + SMUGGLED, b"Transfer-Encoding: xchunked"),
        post(chunked(BODY) + SMUGGLED, b"Transfer-Encoding: chunked, identity"),
        post(chunked(BODY) + SMUGGLED, b"Transfer-Encoding:\x0bchunked"),
        post(chunked(BODY) + SMUGGLED, CHUNKED, CHUNKED),
        post(b"-1\r\n" + BODY + b"\r\n0\r\n\r\n" + SMUGGLED, CHUNKED),
        post(b"0x27\r\n" + BODY + b"\r\n0\r\n\r\n" + SMUGGLED, CHUNKED),
        post(b"f" * 20 + b"\r\n" + BODY + b"\r\n0\r\n\r\n" + SMUGGLED, CHUNKED),
        post(b"27 \n" + BODY + b"\r\n0\r\n\r\n" + SMUGGLED, CHUNKED),
        post(b"27\r\n" + BODY + b"XX0\r\n\r\n" + SMUGGLED, CHUNKED),
        post(BODY + SMUGGLED, length(BODY)).replace(b"HTTP/1.1\r\n", b"HTTP/1.1\n", 1),
        post(BODY + SMUGGLED, length(BODY)).replace(b"HTTP/1.1", b"HTTP/1.1 HTTP/1.1", 1),
        post(BODY + SMUGGLED, length(BODY)).replace(b"HTTP/1.1", b"HTTP/9.9", 1),
        post(BODY + SMUGGLED, length(BODY)).replace(b"POST ", b"PO ST ", 1),
    ],
)
def test_a_request_with_two_readings_is_refused_and_closes_the_connection(
    server: SidecarProcess, raw: bytes
) -> None:
    assert statuses(exchange(server.url, raw)) == [400]


@pytest.mark.parametrize(
    "raw",
    [
        post(b"27;name=value\r\n" + BODY + b"\r\n0\r\n\r\n", CHUNKED),
        post(chunked(*(bytes([byte]) for byte in BODY)), CHUNKED),
        post(chunked(BODY)[:-2] + b"X-Trailer: a\r\n\r\n", CHUNKED),
        post(BODY, length(BODY)),
    ],
    ids=["chunk extension", "chunks of a byte", "trailer", "length"],
)
def test_what_has_one_reading_is_answered_and_so_is_what_follows(
    server: SidecarProcess, raw: bytes
) -> None:
    assert statuses(exchange(server.url, raw + SMUGGLED)) == [200, 200]


@pytest.mark.parametrize(
    "headers",
    [
        [b"X-A: " + b"a" * (MAX_HEADER_BYTES + 1)],
        [b"a" * (MAX_HEADER_BYTES + 1) + b": a"],
        [b"X-%d: a" % number for number in range(MAX_HEADERS + 1)],
        [b"X-%d: a" % number for number in range(100_000)],
        [b"X-A: " + b"a" * 2**20],
    ],
    ids=["long value", "long name", "too many", "a flood", "a megabyte"],
)
def test_headers_beyond_the_limits_are_refused(
    server: SidecarProcess, headers: list[bytes]
) -> None:
    answer = exchange(server.url, post(BODY, length(BODY), *headers))
    assert statuses(answer) in ([400], []), answer[:200]  # a flood may be cut off before it is read


def test_headers_within_the_limits_are_taken(server: SidecarProcess) -> None:
    many = [b"X-%d: a" % number for number in range(MAX_HEADERS - 10)]
    long = b"X-A: " + b"a" * (MAX_HEADER_BYTES - 10)
    assert statuses(exchange(server.url, post(BODY, length(BODY), long, *many))) == [200]


def test_an_address_beyond_the_limit_is_refused(server: SidecarProcess) -> None:
    path = b"/v2/rerank?" + b"a" * MAX_LINE_BYTES
    assert statuses(exchange(server.url, post(BODY, length(BODY), path=path))) == [400]
    path = b"/v2/rerank?" + b"a" * (MAX_LINE_BYTES - 100)
    assert statuses(exchange(server.url, post(BODY, length(BODY), path=path))) == [200]


@pytest.mark.parametrize(
    "raw",
    [b"\0" * 100, b"\x16\x03\x01\x02\x00\x01\x00", b"\xff" * 5000, b"GET\r\n\r\n", b"\r\n" * 5000],
    ids=["nulls", "tls", "high bytes", "no path", "blank lines"],
)
def test_what_is_not_http_is_refused(server: SidecarProcess, raw: bytes) -> None:
    assert statuses(exchange(server.url, raw + b"\r\n\r\nx\r\n\r\n")) in ([400], [])


@pytest.mark.parametrize(
    "target",
    [
        b"/v2/../../etc/passwd",
        b"/%2e%2e/%2e%2e/etc/passwd",
        b"/playground/..%2f..%2f..%2fpyproject.toml",
        b"/playground/%2e%2e/__init__.py",
        b"/playground/..\\..\\settings.py",
        b"/playground/\x01",
        b"/docs/%00",
        b"/playground/app.js%00.css",
        b"/v1/models/..%2f..%2fetc%2fpasswd%00",
        b"/opensearch/..%2fadmin/rerank",
        b"//etc/passwd",
        b"\\\\host\\share",
        b"/%ff%fe",
        b"http://elsewhere.example/etc/passwd",
        b"/%252e%252e/etc/passwd",
    ],
)
def test_no_path_leads_to_a_file_or_to_a_fault(server: SidecarProcess, target: bytes) -> None:
    raw = b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = exchange(server.url, raw)
    assert b"root:" not in answer
    assert b"[project]" not in answer
    assert b"import " not in answer
    (status,) = statuses(answer)
    # A model that is not served is the default one, under the name that was asked for.
    assert status == 200 if target.startswith(b"/v1/models/") else status in (400, 404, 405)
