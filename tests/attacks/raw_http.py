"""HTTP as no client library writes it: bytes to a socket, and what comes back."""

import re
import socket
import time
from urllib.parse import urlsplit

BODY = b'{"query": "q", "documents": ["a", "b"]}'
TIMEOUT_S = 20.0


def connect(url: str) -> socket.socket:
    """A connection to the service at the URL."""
    address = urlsplit(url)
    assert address.hostname is not None
    return socket.create_connection((address.hostname, address.port), TIMEOUT_S)


def exchange(url: str, raw: bytes) -> bytes:
    """All that the service answers to the bytes until it closes, or is silent for half a second."""
    with connect(url) as connection:
        connection.sendall(raw)
        return read_all(connection)


def read_all(
    connection: socket.socket, first_s: float = TIMEOUT_S, silence_s: float = 0.5
) -> bytes:
    """What comes until the end, or until nothing has come for `silence_s` after something. Fails
    when nothing comes in `first_s`."""
    received = b""
    connection.settimeout(first_s)
    try:
        while part := connection.recv(65536):
            received += part
            connection.settimeout(silence_s)
    except TimeoutError:
        assert received, "no answer"
    except ConnectionResetError:
        pass
    return received


def statuses(received: bytes) -> list[int]:
    """Of every answer in the bytes."""
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", received)]


def seconds_until_closed(connection: socket.socket) -> float:
    """How long the service keeps the connection open from now on."""
    start = time.monotonic()
    connection.settimeout(TIMEOUT_S)
    try:
        while connection.recv(65536):
            pass
    except ConnectionResetError:
        pass
    return time.monotonic() - start


def post(body: bytes, *headers: bytes, path: bytes = b"/v2/rerank") -> bytes:
    """A POST with exactly these headers beside Host."""
    return b"\r\n".join([b"POST " + path + b" HTTP/1.1", b"Host: x", *headers, b"", body])


def length(body: bytes) -> bytes:
    """The body's Content-Length."""
    return b"Content-Length: %d" % len(body)


def chunked(*chunks: bytes) -> bytes:
    """The chunks in HTTP's chunked coding, with the last."""
    return b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
