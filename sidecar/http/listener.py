"""A listening port with an app behind it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from sidecar.access.server_tls import ServerTls
from sidecar.errors import StartupError

KEEP_ALIVE_S = 75.0
"""Longer than the 60 s after which the clusters' connection pools drop idle connections."""


@asynccontextmanager
async def listener(
    app: web.Application,
    host: str,
    port: int,
    *,
    tls: ServerTls | None = None,
    shutdown_s: float,
) -> AsyncIterator[str]:
    """The app's URL, while it is listened on. Requests under way at the end get `shutdown_s`
    seconds.

    Raises StartupError when the address cannot be listened on.
    """
    runner = web.AppRunner(
        app,
        access_log=None,
        handler_cancellation=True,  # a client that goes away takes its pairs out of the queue
        keepalive_timeout=KEEP_ALIVE_S,
        auto_decompress=False,  # `content_coding` does it: aiohttp refuses codings in plain text
        shutdown_timeout=shutdown_s,
    )
    scheme, context = ("http", None) if tls is None else ("https", tls.context)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port, ssl_context=context).start()
        except OSError as fault:
            url = _url(scheme, host, port)
            raise StartupError(f"cannot listen on {url}: {fault.strerror}") from None
        yield _url(scheme, host, runner.addresses[0][1])
    finally:
        await runner.cleanup()


def _url(scheme: str, host: str, port: int) -> str:
    """With an IPv6 address in brackets (RFC 3986, 3.2.2)."""
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
