"""The applications: routes, the envelope, limits. Nothing else."""

from collections.abc import Mapping

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from sidecar.contracts.embeddings.routes import EMBEDDING_ROUTES, KIND_ROUTES
from sidecar.contracts.routes import PROFILE_ROUTES, ROUTES
from sidecar.http import (
    admin,
    admin_models,
    discovery,
    docs_page,
    embeddings,
    handlers,
    info,
    playground,
)
from sidecar.http.connections import sending
from sidecar.http.cors import cors
from sidecar.http.keys import SERVICE
from sidecar.http.middleware import envelope
from sidecar.http.paths import MODEL_IN_PATH, LenientPaths
from sidecar.http.service import Service
from sidecar.http.traces import traces

PROBES: Mapping[str, Handler] = {
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
}
"""Path of a GET -> what answers it; so are the next two. Which need a key is said in
`authorization`."""
ABOUT: Mapping[str, Handler] = {
    "/info": info.info,
    "/meta": discovery.meta,
    "/v1/models": discovery.models,
    f"/v1/models/{{id:{MODEL_IN_PATH}}}": discovery.model,
    "/openapi.json": handlers.openapi_document,
    "/docs": docs_page.page,
    f"/docs/{docs_page.STYLE}": docs_page.style,
}
OPERATIONS: Mapping[str, Handler] = {
    "/metrics": handlers.metrics,
    "/admin/keys": admin.keys,
}
"""For operators, as is `/admin/models`: on `admin_port` alone where that is set."""


def create_app(service: Service) -> web.Application:
    """An app over a service; who makes it starts and stops the service."""
    settings = service.settings
    outermost = [cors(settings.allowed_origins)] if settings.allowed_origins else []
    if service.tracing is not None:
        outermost.append(traces(service.tracing))
    app = _app(service, *outermost)
    for path in (*ROUTES, *PROFILE_ROUTES):
        app.router.add_post(path.replace("{model}", f"{{model:{MODEL_IN_PATH}}}"), handlers.rerank)
    for path in (*EMBEDDING_ROUTES, *KIND_ROUTES):
        app.router.add_post(path, embeddings.embed)
    _add_gets(app, PROBES, ABOUT)
    if settings.admin_port is None:
        _add_operations(app)
    if settings.playground:
        playground.add_routes(app)
    app.router.register_resource(LenientPaths(app.router, settings.path_prefix or ""))
    return app


def create_admin_app(service: Service) -> web.Application:
    """The app of `admin_port`: probes, metrics and administration of the same service."""
    app = _app(service)
    _add_gets(app, PROBES)
    _add_operations(app)
    app.router.register_resource(LenientPaths(app.router))
    return app


def _add_operations(app: web.Application) -> None:
    _add_gets(app, OPERATIONS)
    admin_models.add_routes(app)


def _app(service: Service, *outermost: Middleware) -> web.Application:
    app = web.Application(
        middlewares=[sending(service.settings.write_timeout_s), *outermost, envelope],
        client_max_size=service.settings.max_body_bytes,
    )
    app[SERVICE] = service
    return app


def _add_gets(app: web.Application, *tables: Mapping[str, Handler]) -> None:
    for table in tables:
        for path, handler in table.items():
            app.router.add_get(path, handler)
