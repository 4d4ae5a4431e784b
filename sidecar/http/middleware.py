"""What wraps every request: its id, its key, its one error body, its one log line."""

import asyncio
import re
import time
import traceback
import uuid
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import structlog
from aiohttp import web

from sidecar.access.api_key import ANONYMOUS
from sidecar.contracts.errors import error_body, retry_headers
from sidecar.contracts.numbers import dumps
from sidecar.contracts.routes import PROFILE_ROUTES, ROUTES
from sidecar.errors import (
    BodyTooSlow,
    Forbidden,
    QuotaExceeded,
    RerankError,
    Unauthorized,
    UnsupportedCoding,
)
from sidecar.http.authorization import authorize, scope_of
from sidecar.http.content_coding import ACCEPTED
from sidecar.http.keys import API_KEY, DIALECT, FACTS, REQUEST_ID, SERVICE
from sidecar.http.paths import not_found

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = structlog.get_logger("rerank")

_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


@web.middleware
async def envelope(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answers with the handler's response, or with the error body of what it raised."""
    start = time.perf_counter()
    service = request.app[SERVICE]
    given = request.headers.get("x-request-id", "")
    request[REQUEST_ID] = given if _GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
    request.setdefault(FACTS, {})  # `traces` has put something there
    rerank = is_rerank(request)
    response: web.StreamResponse
    try:
        if rerank:
            service.metrics.in_flight.inc()
        check_key(request)
        response = await handler(request)
    except asyncio.CancelledError:
        service.metrics.cancelled.inc()
        log.info("cancelled", request_id=request[REQUEST_ID], route=route_template(request))
        raise
    except RerankError as fault:
        response = _refusal(request, fault.message, fault.code, fault.status, retry_headers(fault))
        if isinstance(fault, Unauthorized):
            response.headers["WWW-Authenticate"] = "Bearer"
        if isinstance(fault, Forbidden):  # RFC 6750, 3.1
            scope = f'scope="{fault.scope}"'
            response.headers["WWW-Authenticate"] = f'Bearer error="insufficient_scope", {scope}'
        if isinstance(fault, QuotaExceeded):
            name = request[API_KEY].name
            service.metrics.key_quota_exceeded.labels(key=name, unit=fault.unit).inc()
        if isinstance(fault, BodyTooSlow):
            response.force_close()  # the rest of the body may still come
        if isinstance(fault, UnsupportedCoding):
            response.headers["Accept-Encoding"] = ACCEPTED
    except web.HTTPException as fault:
        code = {404: "not_found", 405: "method"}.get(fault.status, "http")
        unknown = request.match_info.http_exception is not None and fault.status == 404
        message = not_found(request) if unknown else fault.reason
        response = _refusal(request, message, code, fault.status)
        if "Allow" in fault.headers:
            response.headers["Allow"] = fault.headers["Allow"]
    except Exception as fault:
        # Only where it happened: an exception's message may hold a document's text.
        frames = traceback.extract_tb(fault.__traceback__)
        where = [f"{frame.filename}:{frame.lineno}" for frame in frames[-6:]]
        log.error("bug", request_id=request[REQUEST_ID], fault=type(fault).__name__, where=where)
        response = _refusal(request, "internal error", RerankError.code, 500)
    finally:
        if rerank:
            service.metrics.in_flight.dec()
    response.headers["x-request-id"] = request[REQUEST_ID]
    response.headers["Server"] = "rerank-sidecar"
    if rerank:
        seconds = time.perf_counter() - start
        dialect = request[DIALECT].name if DIALECT in request else "none"
        service.metrics.requests.labels(dialect=dialect, status=str(response.status)).inc()
        service.metrics.duration.labels(dialect=dialect).observe(seconds)
        if (key := request.get(API_KEY, ANONYMOUS)) is not ANONYMOUS:
            service.metrics.key_requests.labels(key=key.name, status=str(response.status)).inc()
            request[FACTS]["key"] = key.name
        log.info(
            "request",
            request_id=request[REQUEST_ID],
            route=route_template(request),
            dialect=dialect,
            status=response.status,
            ms=round(seconds * 1000, 1),
            **request[FACTS],
        )
    return response


def _refusal(
    request: web.Request,
    message: str,
    code: str,
    status: int,
    headers: dict[str, str] | None = None,
) -> web.Response:
    if is_rerank(request):
        request.app[SERVICE].metrics.rejected.labels(reason=code).inc()
        request[FACTS]["reason"] = code
    # A header's bytes need not be text, and a fault may quote them.
    message = message.encode(errors="backslashreplace").decode()
    body: Mapping[str, Any] = error_body(message, code, status, request[REQUEST_ID])
    if DIALECT in request:
        body = request[DIALECT].error(body)
    return web.Response(
        body=dumps(body), status=status, headers=headers, content_type="application/json"
    )


def check_key(request: web.Request) -> None:
    """Puts the request's key on it where its route needs one.

    Raises what `authorize` raises, and QuotaExceeded.
    """
    if request.match_info.http_exception is not None:
        return  # no such route
    scope = scope_of(request.method, route_template(request))
    if scope is None:
        return
    service = request.app[SERVICE]
    request[API_KEY] = key = authorize(request, scope, service.keys.ring)
    if scope == "rerank":
        service.quotas.take(key, "requests")


def route_template(request: web.Request) -> str:
    """The route's path as it was registered, `{profile}` unfilled: fit for logs and labels."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"


def is_rerank(request: web.Request) -> bool:
    """Whether its route reranks: is counted, logged and traced."""
    route = route_template(request)
    # The root is a probe as well, for GET.
    return request.method == "POST" and (route in ROUTES or route in PROFILE_ROUTES)
