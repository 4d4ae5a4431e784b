"""A listening port with an app behind it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from aiohttp import web

from sidecar.access.server_tls import ServerTls
from sidecar.errors import StartupError
from sidecar.http.connections import BoundedRunner
from sidecar.http.handshakes import reporting
from sidecar.http.keys import SERVICE

BACKLOG = 128
"""Connections that the system holds until they are accepted; aiohttp's own number."""
HANDSHAKE_S = 10.0
"""Longest TLS handshake, which is two round trips. Until it is done a connection does not count
among the `max_connections`, so silent ones must not stay for asyncio's 60 s."""
GOODBYE_S = 5.0
"""Longest wait for a client to confirm the end of its TLS connection."""
log = structlog.get_logger("rerank")


@asynccontextmanager
async def listener(
    app: web.Application,
    host: str,
    port: int,
    tls: ServerTls | None,
) -> AsyncIterator[str]:
    """The app's URL, while it is listened on, with the limits of its service's settings. Requests
    under way at the end get `shutdown_s` seconds.

    Raises StartupError when the address cannot be listened on.
    """
    service = app[SERVICE]
    on_refused = service.metrics.refused_connections.inc
    runner = BoundedRunner(app, on_refused=on_refused, settings=service.settings)
    scheme = "http" if tls is None else "https"

    def on_failed_handshake(reason: str) -> None:
        service.metrics.failed_handshakes.inc()
        log.warning("handshake", outcome="failed", fault=reason)

    if tls is not None:
        tls.context.sslobject_class = reporting(on_failed_handshake)
    await runner.setup()
    try:
        try:
            server = await _listen(runner, host, port, tls)
        except OSError as fault:
            url = _url(scheme, host, port)
            raise StartupError(f"cannot listen on {url}: {fault.strerror}") from None
        try:
            yield _url(scheme, host, server.sockets[0].getsockname()[1])
        finally:
            server.close()
    finally:
        await runner.cleanup()


async def _listen(
    runner: web.AppRunner, host: str, port: int, tls: ServerTls | None
) -> asyncio.Server:
    """As aiohttp's TCPSite, which has no parameters for the time-outs of TLS."""
    loop, protocol = asyncio.get_running_loop(), runner.server
    assert protocol is not None, "the runner is set up"
    if tls is None:
        return await loop.create_server(protocol, host, port, backlog=BACKLOG)
    return await loop.create_server(
        protocol,
        host,
        port,
        backlog=BACKLOG,
        ssl=tls.context,
        ssl_handshake_timeout=HANDSHAKE_S,
        ssl_shutdown_timeout=GOODBYE_S,
    )


def _url(scheme: str, host: str, port: int) -> str:
    """With an IPv6 address in brackets (RFC 3986, 3.2.2)."""
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
