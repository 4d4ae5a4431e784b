"""The middleware of traces: in the app only where `otel_traces` is on, so that it costs nothing
elsewhere."""

import asyncio
from typing import TYPE_CHECKING

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from sidecar.http.keys import FACTS, TRACE
from sidecar.http.middleware import is_counted, route_template
from sidecar.runtime.jobs import TAG

if TYPE_CHECKING:
    from sidecar.telemetry.tracing import Tracing


def traces(tracing: "Tracing") -> Middleware:
    """The middleware, around `envelope`: a span for each request that reranks or embeds, whatever
    its answer."""

    @web.middleware
    async def traced(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_counted(request):
            return await handler(request)
        trace = tracing.request(route_template(request), request.headers)
        request[TRACE] = trace
        request[FACTS] = {"trace_id": trace.trace_id}
        tag = TAG.set(trace.context)
        try:
            response = await handler(request)
        except asyncio.CancelledError:
            trace.cancelled()
            raise
        finally:
            TAG.reset(tag)
        facts = {
            name: value
            for name, value in request[FACTS].items()
            if isinstance(value, str | int | float) and name != "trace_id"
        }
        trace.end(response.status, facts)
        return response

    return traced
