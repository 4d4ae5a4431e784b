"""`/admin/models`: models are loaded, replaced and unloaded while the service serves.

The routes need an API key of the scope `admin`, and answer 404 unless some key has it (see
`authorization`). A model comes from a folder below the setting `models_dir` and from nowhere else.
"""

import asyncio
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web

from sidecar.contracts.admin_models import MODELS_ROUTE, LoadBody
from sidecar.contracts.validation import parse, validate
from sidecar.errors import Conflict, InvalidRequest
from sidecar.http.json_response import json_response
from sidecar.http.keys import API_KEY, REQUEST_ID, SERVICE
from sidecar.http.paths import MODEL_IN_PATH
from sidecar.http.request_body import read_body
from sidecar.pipeline.live_model import LiveModel
from sidecar.pipeline.model_names import Served
from sidecar.runtime.model_choice import MODEL_NAME

log = structlog.get_logger("rerank")


def add_routes(app: web.Application) -> None:
    """GET of all models; GET, PUT and DELETE of one."""
    one = f"{MODELS_ROUTE}/{{name:{MODEL_IN_PATH}}}"
    app.router.add_get(MODELS_ROUTE, list_models)
    app.router.add_get(one, show_model)
    app.router.add_put(one, load_model)
    app.router.add_delete(one, unload_model)


async def list_models(request: web.Request) -> web.Response:
    """The models that requests may name, the default first."""
    service = request.app[SERVICE]
    models = service.models.served.values()
    return json_response(
        {"models": [_shown(service.models.default.model.name, each) for each in models]},
        may_be_cached=False,
    )


async def show_model(request: web.Request) -> web.Response:
    """One of them. Raises UnknownModel."""
    models = request.app[SERVICE].models
    found = models.find(request.match_info["name"], strict=True)
    return json_response(_shown(models.default.model.name, found), may_be_cached=False)


async def load_model(request: web.Request) -> web.Response:
    """Loads the body's folder under the name of the path: 201 for a new name, 200 where another
    model had it. It answers when the model has the name.

    Raises InvalidRequest for a name or a folder that may not be, Conflict without `models_dir`, and
    ModelRefused with the reason for a model that must not serve; then nothing has changed.
    """
    service = request.app[SERVICE]
    models = service.live_models
    name = request.match_info["name"]
    if not MODEL_NAME.fullmatch(name):
        raise InvalidRequest(f"a model's name matches {MODEL_NAME.pattern}")
    body = validate(LoadBody, parse(await read_body(request)))
    if service.settings.models_dir is None:
        raise Conflict("the setting `models_dir` says where models lie; it is not set")
    folder = await asyncio.to_thread(folder_in, service.settings.models_dir, body.folder)
    _log(request, folder=str(folder))
    live, is_new = await models.load(name, folder)
    shown = _shown(service.models.default.model.name, live)
    return json_response(shown, status=201 if is_new else 200, may_be_cached=False)


async def unload_model(request: web.Request) -> web.Response:
    """Takes the name away; the model's last requests are answered. Raises UnknownModel, or Conflict
    for the default's."""
    _log(request)
    await request.app[SERVICE].live_models.unload(request.match_info["name"])
    return web.Response(status=204)


def folder_in(models_dir: Path, given: str) -> Path:
    """The folder, with symbolic links followed. Raises InvalidRequest unless it and all that lies
    in it are below `models_dir`."""
    try:
        root = models_dir.resolve(strict=True)
        folder = (root / given).resolve()
        inside = folder != root and folder.is_relative_to(root)
        if inside and folder.is_dir():
            inside = all(each.resolve().is_relative_to(root) for each in folder.iterdir())
    except (OSError, RuntimeError, ValueError):  # a loop of links, a NUL, no right to look
        inside = False
    if not inside:
        raise InvalidRequest("$.folder: must be a folder below the service's `models_dir`")
    return folder


def _shown(default: str, served: Served) -> dict[str, Any]:
    """A model as the routes show it."""
    running = served.running
    shown = {
        "name": served.name,
        "default": served.name == default,
        "state": "asleep",
        "folder": None if served.source.folder is None else str(served.source.folder),
        "graph": running.name,
        "score_revision": running.score_revision,
    }
    if isinstance(served, LiveModel):
        shown |= {
            "state": "live",
            "file_mb": round(served.file_bytes / 2**20, 1),
            "requests": served.requests,
            "loaded_at": int(served.loaded_at),
        }
        if served.processes is not None:
            shown["workers"] = served.processes.workers
            shown["missing_workers"] = served.processes.missing
            shown["rss_mb"] = round(served.processes.rss_bytes / 2**20, 1)
    return shown


def _log(request: web.Request, **facts: str) -> None:
    """Who asked for what."""
    log.info(
        "admin",
        request_id=request[REQUEST_ID],
        key=request[API_KEY].name,
        method=request.method,
        model=request.match_info["name"],
        **facts,
    )
