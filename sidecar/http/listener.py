"""A listening port with an app behind it."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from sidecar.access.server_tls import ServerTls
from sidecar.errors import StartupError
from sidecar.http.connections import BoundedRunner
from sidecar.settings import Settings


@asynccontextmanager
async def listener(
    app: web.Application,
    host: str,
    port: int,
    *,
    tls: ServerTls | None = None,
    settings: Settings,
    on_refused: Callable[[], None],
) -> AsyncIterator[str]:
    """The app's URL, while it is listened on. `on_refused` is called for each connection beyond
    `max_connections`. Requests under way at the end get `shutdown_s` seconds.

    Raises StartupError when the address cannot be listened on.
    """
    runner = BoundedRunner(app, on_refused=on_refused, settings=settings)
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
