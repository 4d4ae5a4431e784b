"""The playground: a static page to try searches on, and the facts of the service that it needs.

The page's files are the same for every service, so they need no key. What they request
(`/playground/service`, the rerank routes) needs one where keys are set.
"""

import hashlib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from aiohttp import ETag, web

from sidecar.contracts.dialect import Dialect
from sidecar.contracts.dialects import DIALECTS
from sidecar.contracts.numbers import dumps
from sidecar.http.keys import SERVICE
from sidecar.http.middleware import check_key
from sidecar.profile import Profile

PAGE = "index.html"
TYPES = {
    "html": "text/html",
    "css": "text/css",
    "js": "text/javascript",
    "svg": "image/svg+xml",
}
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        # No text can become a script or markup, whatever the page's code does with it.
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # The browser stores it, and asks each time whether it changed: a new version shows at once.
    "Cache-Control": "no-cache",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """A file of the page."""

    body: bytes
    content_type: str
    etag: str


def assets() -> dict[str, Asset]:
    """The page's files in the package, by name."""
    by_name = {}
    for file in (files("sidecar") / "playground").iterdir():
        kind = TYPES.get(file.name.rpartition(".")[2])
        if kind is not None:
            body = file.read_bytes()
            by_name[file.name] = Asset(body, kind, hashlib.sha256(body).hexdigest()[:32])
    return by_name


def add_routes(app: web.Application) -> None:
    """`/playground`, its files, and `/playground/service`."""
    by_name = assets()

    async def page(request: web.Request) -> web.Response:
        if request.path.endswith("/"):  # where the page's relative addresses would miss
            return web.Response(status=308, headers={"Location": "../playground"})
        return _serve(request, by_name[PAGE])

    async def file(request: web.Request) -> web.Response:
        asset = by_name.get(request.match_info["file"])
        if asset is None:
            raise web.HTTPNotFound
        return _serve(request, asset)

    app.router.add_get("/playground", page)
    app.router.add_get("/playground/service", service)
    app.router.add_get("/playground/{file}", file)


def _serve(request: web.Request, asset: Asset) -> web.Response:
    headers = {**HEADERS, "ETag": f'"{asset.etag}"'}
    known = request.if_none_match or ()
    if any(tag == ETag("*") or tag.value == asset.etag for tag in known):
        return web.Response(status=304, headers=headers)
    return web.Response(
        body=asset.body, content_type=asset.content_type, charset="utf-8", headers=headers
    )


async def service(request: web.Request) -> web.Response:
    """The model, the dialects and the profiles.

    It needs a key where keys are set, because profiles are private. Raises Unauthorized, or
    NotReady while the model is being loaded.
    """
    state = request.app[SERVICE]
    check_key(request, state.settings.api_keys)
    model = state.models.default.model
    profiles = state.models.config.profiles
    body = {
        "model": model.name,
        "graph": model.running.name,
        "device": model.running.device,
        "max_tokens": model.running.manifest.max_tokens,
        "max_documents": state.settings.max_documents,
        "takes_instruction": model.takes_instruction,
        "dialects": [_dialect(dialect) for dialect in DIALECTS],
        "profiles": [_profile(profiles.get(name)) for name in profiles.names],
    }
    return web.Response(
        body=dumps(body), content_type="application/json", headers={"Cache-Control": "no-store"}
    )


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
            {"name": name, "weight": field.weight, "aliases": list(field.aliases)}
            for name, field in profile.fields.items()
        ],
        "every_field": profile.other_fields or not profile.fields,
        "signals": list(profile.signals),
        "rules": list(profile.rules),
    }
