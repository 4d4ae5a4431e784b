"""JSON answers beside the dialects'."""

from typing import Any

from aiohttp import web

from sidecar.contracts.numbers import dumps


def json_response(body: Any, status: int = 200, *, may_be_cached: bool = True) -> web.Response:
    """The body as JSON, its numbers as `contracts.numbers` writes them. `may_be_cached=False` keeps
    it out of browsers' and proxies' caches."""
    headers = {} if may_be_cached else {"Cache-Control": "no-store"}
    return web.Response(
        body=dumps(body), status=status, content_type="application/json", headers=headers
    )
