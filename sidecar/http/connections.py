"""How long and how many: connections that are idle or slow are closed, beyond a number refused.

silent, or headers that trickle in       `keep_alive_s`, which is aiohttp's
a TLS handshake that does not end        `HANDSHAKE_S`, in `listener`
idle between two requests                the same
a body that trickles in                  `body_timeout_s`, in `request_body`: 408
an answer that nobody takes              `write_timeout_s`: `sending` below
more than `max_connections`              `BoundedRunner`: 503 before a byte is read
"""

import asyncio
import resource
from collections.abc import Callable
from typing import Any

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from sidecar.errors import StartupError
from sidecar.http.keys import AFTERWARDS
from sidecar.settings import Settings

OTHER_FILES = 124
"""Open files beside the connections: models, logs, pipes of worker processes."""
MAX_LINE_BYTES = 8190
"""Of a request's first line, so of its address."""
MAX_HEADER_BYTES = 8190
"""Of a header, name and value."""
MAX_HEADERS = 128
MAX_LINGER_S = 10.0
"""For a client that still sends its body to read why it was refused."""
REFUSAL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nConnection: close\r\n"
    b"Content-Length: 0\r\n\r\n"
)
log = structlog.get_logger("rerank")


def allow_connections(number: int, ports: int = 1) -> None:
    """Raises this process's limit of open files, as far as it may, to what so many connections to
    each port need: beyond the limit the system refuses connections, and no other file opens.

    Raises StartupError where fewer files than connections are allowed.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number * ports + OTHER_FILES
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    except (ValueError, OSError):  # some hard limits are infinite by name only
        most = soft
    if number > most:
        raise StartupError(
            f"setting max_connections: {number} are more than the {most} files that the process "
            "may have open (ulimit -Hn)"
        )


class BoundedRunner(web.AppRunner):
    """Runs an app whose sites have at most `max_connections` between them at a time."""

    def __init__(
        self,
        app: web.Application,
        *,
        on_refused: Callable[[], None],
        settings: Settings,
    ) -> None:
        super().__init__(
            app,
            access_log=None,
            handler_cancellation=True,  # a client that goes away takes its pairs out of the queue
            keepalive_timeout=settings.keep_alive_s,
            auto_decompress=False,  # by `content_coding`: aiohttp refuses in plain text
            shutdown_timeout=settings.shutdown_s,
            lingering_time=min(MAX_LINGER_S, settings.body_timeout_s),
            max_line_size=MAX_LINE_BYTES,
            max_field_size=MAX_HEADER_BYTES,
            max_headers=MAX_HEADERS,
        )
        self._max_connections = settings.max_connections
        self._on_refused = on_refused

    @property
    def server(self) -> Any:
        """What a site calls for each new connection: a protocol."""
        server = super().server
        return None if server is None else lambda: self._protocol(server)

    def _protocol(self, server: web.Server) -> asyncio.BaseProtocol:
        if len(server.connections) < self._max_connections:
            return server()
        self._on_refused()
        return _Refusal()


class _Refusal(asyncio.Protocol):
    """Refuses a connection in HTTP's words."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        transport.write(REFUSAL)
        transport.close()


def sending(timeout_s: float) -> Middleware:
    """A middleware, the outermost, that sends the response itself and waits until the last byte has
    left the process. A client that does not take it in time loses its connection: else it holds the
    response's memory and its place among the connections for as long as it likes.

    Then it does what the request leaves for afterwards, before this client's next request is read:
    whoever has an answer finds it in the metrics."""

    @web.middleware
    async def send(request: web.Request, handler: Handler) -> web.StreamResponse:
        request[AFTERWARDS] = []
        response = await handler(request)
        try:
            if (transport := request.transport) is not None:
                await _sent(request, response, transport, timeout_s)
        finally:
            for work in request[AFTERWARDS]:
                _do(work)
        return response

    return send


async def _sent(
    request: web.Request,
    response: web.StreamResponse,
    transport: asyncio.Transport,
    timeout_s: float,
) -> None:
    transport.set_write_buffer_limits(high=0)
    try:
        async with asyncio.timeout(timeout_s):
            await response.prepare(request)
            await response.write_eof()
    except TimeoutError:
        log.warning("slow_reader", seconds=timeout_s)
        transport.abort()
        raise ConnectionResetError("the client does not read") from None


def _do(work: Callable[[], None]) -> None:
    try:
        work()
    except Exception as fault:  # the client has its answer
        log.error("after the answer", fault=type(fault).__name__)
