"""CORS: which web pages of other origins may call the service (the Fetch standard, 3.3).

The service never asks for credentials: an API key is a header that the page itself sets. So
`Access-Control-Allow-Credentials` is never sent, and `*` may stand for every origin.
"""

from collections.abc import Collection

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

ANY_ORIGIN = "*"
METHODS = "GET, HEAD, POST"
EXPOSED = (
    "Retry-After, retry-after-ms, Server-Timing, x-request-id, x-rerank-warnings, "
    "x-rerank-below-min-score, x-rerank-arm, x-rerank-cache, x-rerank-coverage, x-rerank-degraded, "
    "x-rerank-score-revision, x-truncated-documents, x-compute-type, x-compute-time, "
    "x-compute-characters, x-compute-tokens, x-total-time, x-tokenization-time, x-queue-time, "
    "x-inference-time"
)
"""Headers of an answer that a page may read, by name: older browsers take `*` literally."""
PREFLIGHT_MAX_AGE_S = 7200
"""How long a browser keeps a preflight's answer; Chromium's own limit."""


def cors(origins: Collection[str]) -> Middleware:
    """A middleware that lets pages of the origins read answers, errors included. It answers their
    preflights itself, on every path: a browser sends them without a key.

    `origins` are serialised as browsers send them, or are `*` alone.
    """

    @web.middleware
    async def allow(request: web.Request, handler: Handler) -> web.StreamResponse:
        allowed = _allowed(request.headers.get(hdrs.ORIGIN), origins)
        if allowed is not None and _is_preflight(request):
            response: web.StreamResponse = web.Response(status=204)
            response.headers[hdrs.ACCESS_CONTROL_ALLOW_METHODS] = METHODS
            # What was requested, by name: `*` would not cover Authorization.
            requested = request.headers.get(hdrs.ACCESS_CONTROL_REQUEST_HEADERS)
            if requested:
                response.headers[hdrs.ACCESS_CONTROL_ALLOW_HEADERS] = requested
            response.headers[hdrs.ACCESS_CONTROL_MAX_AGE] = str(PREFLIGHT_MAX_AGE_S)
            response.headers.add(hdrs.VARY, hdrs.ACCESS_CONTROL_REQUEST_HEADERS)
        else:
            response = await handler(request)
            if allowed is not None:
                response.headers[hdrs.ACCESS_CONTROL_EXPOSE_HEADERS] = EXPOSED
        if allowed is not None:
            response.headers[hdrs.ACCESS_CONTROL_ALLOW_ORIGIN] = allowed
        if ANY_ORIGIN not in origins:  # the answer differs by origin, for caches
            response.headers.add(hdrs.VARY, hdrs.ORIGIN)
        return response

    return allow


def _allowed(origin: str | None, origins: Collection[str]) -> str | None:
    """The value of `Access-Control-Allow-Origin`; None when the origin may not read."""
    if ANY_ORIGIN in origins:
        return ANY_ORIGIN
    return origin if origin in origins else None


def _is_preflight(request: web.Request) -> bool:
    return (
        request.method == hdrs.METH_OPTIONS
        and hdrs.ORIGIN in request.headers
        and hdrs.ACCESS_CONTROL_REQUEST_METHOD in request.headers
    )
