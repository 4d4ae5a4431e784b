"""The application: routes, the envelope, limits. Nothing else."""

from aiohttp import web

from sidecar.contracts.routes import PROFILE_ROUTES, ROUTES
from sidecar.http import handlers, info, playground
from sidecar.http.cors import cors
from sidecar.http.keys import SERVICE
from sidecar.http.middleware import envelope
from sidecar.http.paths import LenientPaths
from sidecar.http.service import Service


def create_app(service: Service) -> web.Application:
    """An app over a service; who makes it starts and stops the service."""
    settings = service.settings
    outermost = [cors(settings.allowed_origins)] if settings.allowed_origins else []
    app = web.Application(
        middlewares=[*outermost, envelope], client_max_size=settings.max_body_bytes
    )
    app[SERVICE] = service
    for path in (*ROUTES, *PROFILE_ROUTES):
        app.router.add_post(path.replace("{model}", "{model:.+}"), handlers.rerank)
    app.router.add_get("/health", handlers.ready)
    app.router.add_get("/health/live", handlers.live)
    app.router.add_get("/health/ready", handlers.ready)
    app.router.add_get("/health/startup", handlers.startup)
    app.router.add_get("/info", info.info)
    app.router.add_get("/v1/models", info.models)
    app.router.add_get("/metrics", handlers.metrics)
    app.router.add_get("/openapi.json", handlers.openapi_document)
    if settings.playground:
        playground.add_routes(app)
    app.router.register_resource(LenientPaths(app.router, settings.path_prefix or ""))
    return app
