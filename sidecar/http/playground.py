"""The playground: a static page to try searches on, and the facts of the service that it needs.

The page's files are the same for every service, so they need no key. What they request
(`/playground/service`, `/playground/readings`, the rerank routes) needs one where keys are set.
"""

from importlib.resources import files
from typing import Any

from aiohttp import web

from sidecar.contracts.dialect import Dialect
from sidecar.contracts.dialects import DIALECTS
from sidecar.contracts.readings import READINGS_ROUTE
from sidecar.http.json_response import json_response
from sidecar.http.keys import SERVICE
from sidecar.http.pages import Asset, send, send_page
from sidecar.http.readings import readings
from sidecar.profile import Profile
from sidecar.text.field_spellings import spelled

PAGE = "index.html"
TYPES = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
}


def assets() -> dict[str, Asset]:
    """The page's files in the package, by name."""
    by_name = {}
    for file in (files("sidecar") / "playground").iterdir():
        kind = TYPES.get(file.name.rpartition(".")[2])
        if kind is not None:
            by_name[file.name] = Asset.of(file.read_bytes(), kind)
    return by_name


def add_routes(app: web.Application) -> None:
    """`/playground`, its files, and what the page asks for."""
    by_name = assets()

    async def page(request: web.Request) -> web.Response:
        return send_page(request, by_name[PAGE])

    async def file(request: web.Request) -> web.Response:
        asset = by_name.get(request.match_info["file"])
        if asset is None:
            raise web.HTTPNotFound
        return send(request, asset)

    app.router.add_get("/playground", page)
    app.router.add_get("/playground/service", service)
    app.router.add_post(READINGS_ROUTE, readings)
    app.router.add_get("/playground/{file}", file)


async def service(request: web.Request) -> web.Response:
    """The model, the dialects and the profiles.

    It needs a key where keys are set, because profiles are private. Raises NotReady while the model
    is being loaded.
    """
    state = request.app[SERVICE]
    model = state.models.default.model
    profiles = state.models.config.profiles
    body = {
        "model": model.name,
        "graph": model.running.name,
        "device": model.running.device,
        "max_tokens": model.running.manifest.max_tokens,
        "max_documents": state.settings.max_documents,
        "takes_instruction": model.takes_instruction,
        "dialects": [_dialect(dialect) for dialect in DIALECTS if dialect.ranks],
        "profiles": [_profile(profiles.get(name)) for name in profiles.names],
    }
    return json_response(body, may_be_cached=False)


def _dialect(dialect: Dialect) -> dict[str, Any]:
    """What the page needs to write a search as the dialect's clients do."""
    return {
        "name": dialect.name,
        "title": dialect.title,
        "path": dialect.paths[0].replace("{model}", "default"),
        "template": next(iter(dialect.templates.values())),
        "explains": dialect.has_extras,
    }


def _profile(profile: Profile) -> dict[str, Any]:
    """What the weights' sliders show of a profile; fields are in the passage's order."""
    return {
        "name": profile.name,
        "parse": profile.parse,
        "match_cap": profile.match_cap,
        "fields": [
            {"name": name, "weight": field.weight, "spellings": spelled(name, field)}
            for name, field in profile.fields.items()
        ],
        "every_field": profile.other_fields or not profile.fields,
        "signals": list(profile.signals),
        "rules": list(profile.rules),
    }
