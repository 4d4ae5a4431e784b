"""The application: routes, the envelope, limits. Nothing else."""

from collections.abc import Mapping

from aiohttp import web
from aiohttp.typedefs import Handler

from sidecar.contracts.routes import PROFILE_ROUTES, ROUTES
from sidecar.http import discovery, docs_page, handlers, info, playground
from sidecar.http.cors import cors
from sidecar.http.keys import SERVICE
from sidecar.http.middleware import envelope
from sidecar.http.paths import LenientPaths
from sidecar.http.service import Service

NAME = ".*[^/]"
"""Of a model in a path: vendor and name with a slash between them, and none at the end."""
READ_ONLY: Mapping[str, Handler] = {
    "/health": handlers.ready,
    "/health/live": handlers.live,
    "/health/ready": handlers.ready,
    "/health/startup": handlers.startup,
    "/": handlers.ready,
    "/ping": handlers.ready,
    "/v1/health/live": handlers.live,
    "/v1/health/ready": handlers.ready,
    "/.well-known/live": handlers.live,
    "/.well-known/ready": handlers.ready,
    "/info": info.info,
    "/meta": discovery.meta,
    "/v1/models": discovery.models,
    f"/v1/models/{{id:{NAME}}}": discovery.model,
    "/metrics": handlers.metrics,
    "/openapi.json": handlers.openapi_document,
    "/docs": docs_page.page,
    f"/docs/{docs_page.STYLE}": docs_page.style,
}
"""Path of a GET -> what answers it, without a key."""


def create_app(service: Service) -> web.Application:
    """An app over a service; who makes it starts and stops the service."""
    settings = service.settings
    outermost = [cors(settings.allowed_origins)] if settings.allowed_origins else []
    app = web.Application(
        middlewares=[*outermost, envelope], client_max_size=settings.max_body_bytes
    )
    app[SERVICE] = service
    for path in (*ROUTES, *PROFILE_ROUTES):
        app.router.add_post(path.replace("{model}", f"{{model:{NAME}}}"), handlers.rerank)
    for path, handler in READ_ONLY.items():
        app.router.add_get(path, handler)
    if settings.playground:
        playground.add_routes(app)
    app.router.register_resource(LenientPaths(app.router, settings.path_prefix or ""))
    return app
