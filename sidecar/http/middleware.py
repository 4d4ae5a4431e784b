"""What wraps every request: its id, its key, its one error body, its one log line."""

import asyncio
import re
import time
import uuid
from collections.abc import Awaitable, Callable
from functools import partial

import structlog
from aiohttp import web

from sidecar.access.api_key import ANONYMOUS
from sidecar.contracts.embeddings.routes import EMBEDDING_ROUTES, KIND_ROUTES, embedding_dialect
from sidecar.contracts.routes import PROFILE_ROUTES, ROUTES
from sidecar.errors import Forbidden, Unauthorized
from sidecar.http.authorization import authorize, scope_of
from sidecar.http.experiments import outcome
from sidecar.http.keys import AFTERWARDS, API_KEY, ARM, DIALECT, FACTS, REQUEST_ID, SERVICE
from sidecar.http.refusals import refusal

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = structlog.get_logger("rerank")

ACCESS_REFUSED = {Unauthorized.code, Forbidden.code}
_GIVEN_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")


@web.middleware
async def envelope(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answers with the handler's response, or with the error body of what it raised."""
    start = time.perf_counter()
    service = request.app[SERVICE]
    given = request.headers.get("x-request-id", "")
    request[REQUEST_ID] = given if _GIVEN_ID.fullmatch(given) else uuid.uuid4().hex
    request.setdefault(FACTS, {})  # `traces` has put something there
    counted = is_counted(request)
    response: web.StreamResponse
    try:
        if counted:
            service.metrics.in_flight.inc()
        if (dialect := embedding_dialect(route_template(request))) is not None:
            request[DIALECT] = dialect
        check_key(request)
        response = await handler(request)
    except asyncio.CancelledError:
        service.metrics.cancelled.inc()
        log.info("cancelled", request_id=request[REQUEST_ID], route=route_template(request))
        raise
    except Exception as fault:
        response = refusal(request, fault)
    finally:
        if counted:
            service.metrics.in_flight.dec()
    response.headers["x-request-id"] = request[REQUEST_ID]
    response.headers["Server"] = "rerank-sidecar"
    if ARM in request:
        response.headers["x-rerank-arm"] = str(request[ARM])
    if counted:
        seconds = time.perf_counter() - start
        request[AFTERWARDS].append(partial(_record, request, response.status, seconds))
    elif request[FACTS].get("reason") in ACCESS_REFUSED:
        _record_refused_access(request, response.status)
    return response


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
        service.take_quota(key, "requests")


def _record(request: web.Request, status: int, seconds: float) -> None:
    """The metrics and the log line of a request that reranks or embeds."""
    metrics, facts = request.app[SERVICE].metrics, request[FACTS]
    dialect = request[DIALECT].name if DIALECT in request else "none"
    metrics.requests.labels(dialect=dialect, status=str(status)).inc()
    metrics.duration.labels(dialect=dialect).observe(seconds)
    if "reason" in facts:
        metrics.rejected.labels(reason=facts["reason"]).inc()
    if (key := request.get(API_KEY, ANONYMOUS)) is not ANONYMOUS:
        metrics.key_requests.labels(key=key.name, status=str(status)).inc()
        facts["key"] = key.name
    if ARM in request:
        experiment, arm = request[ARM]
        labels = {"experiment": experiment, "arm": arm}
        metrics.experiments.requests.labels(**labels, outcome=outcome(status, facts)).inc()
        metrics.experiments.duration.labels(**labels).observe(seconds)
        facts |= labels
    log.info(
        "request",
        request_id=request[REQUEST_ID],
        route=route_template(request),
        dialect=dialect,
        status=status,
        ms=round(seconds * 1000, 1),
        **facts,
    )


def _record_refused_access(request: web.Request, status: int) -> None:
    """What somebody tried at a route that is not counted otherwise: metrics, administration."""
    facts = request[FACTS]
    request.app[SERVICE].metrics.rejected.labels(reason=facts["reason"]).inc()
    log.warning(
        "refused",
        request_id=request[REQUEST_ID],
        method=request.method,
        route=route_template(request),
        status=status,
        **facts,
    )


def route_template(request: web.Request) -> str:
    """The route's path as it was registered, `{profile}` unfilled: fit for logs and labels."""
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"


def is_counted(request: web.Request) -> bool:
    """Whether its route reranks or embeds: is counted, logged and traced."""
    route = route_template(request)
    # The root is a probe as well, for GET.
    tables = (ROUTES, PROFILE_ROUTES, EMBEDDING_ROUTES, KIND_ROUTES)
    return request.method == "POST" and any(route in table for table in tables)
