"""`/admin/models`: what the routes take and answer, and their part of /openapi.json."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

MODELS_ROUTE = "/admin/models"
MODEL_ROUTE = f"{MODELS_ROUTE}/{{name}}"


class LoadBody(BaseModel):
    """What PUT takes."""

    model_config = ConfigDict(extra="forbid")

    folder: str = Field(min_length=1, description="A model folder below `models_dir`.")


_TEXT: Mapping[str, Any] = {"type": "string"}
MODEL_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["name", "default", "state", "folder", "graph", "score_revision"],
    "properties": {
        "name": _TEXT,
        "default": {"type": "boolean", "description": "It answers requests without a name."},
        "state": {"enum": ["live", "asleep"]},
        "folder": {"type": ["string", "null"], "description": "null: the shipped model's."},
        "graph": _TEXT,
        "score_revision": _TEXT,
        "file_mb": {"type": "number", "description": "Of the graph and its weights. If live."},
        "requests": {"type": "integer", "description": "That it answers now. If live."},
        "loaded_at": {"type": "integer", "description": "Seconds since 1970. If live."},
        "workers": {"type": "integer", "description": "Worker processes, where it has some."},
        "missing_workers": {"type": "integer", "description": "That are being started again."},
        "rss_mb": {"type": "number", "description": "Resident memory of the worker processes."},
    },
}
MODELS_SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "required": ["models"],
    "properties": {"models": {"type": "array", "items": MODEL_SCHEMA}},
}
_NOT_FOUND = "No API key has the scope `admin`, or no model has the name."


def paths(refusals: Callable[[Iterable[str]], dict[str, Any]]) -> dict[str, Any]:
    """The routes as OpenAPI's paths; `refusals` gives the responses of statuses."""

    def operation(
        name: str, answers: Mapping[str, Any], statuses: Iterable[str] = (), **more: Any
    ) -> dict[str, Any]:
        refused = refusals(["401", "403", "404", *statuses, "503"])
        refused["404"]["description"] = _NOT_FOUND
        return {
            "operationId": name,
            "tags": ["admin"],
            **more,
            "responses": {**answers, **refused},
        }

    body = {"application/json": {"schema": LoadBody.model_json_schema()}}
    parameter = {"name": "name", "in": "path", "required": True, "schema": _TEXT}
    model = {"application/json": {"schema": MODEL_SCHEMA}}
    models = {"application/json": {"schema": MODELS_SCHEMA}}
    return {
        MODELS_ROUTE: {
            "get": operation(
                "list-models",
                {"200": {"description": "The models, the default first.", "content": models}},
            )
        },
        MODEL_ROUTE: {
            "parameters": [parameter],
            "get": operation("show-model", {"200": {"description": "It.", "content": model}}),
            "put": operation(
                "load-model",
                {
                    "200": {"description": "In place of another model.", "content": model},
                    "201": {"description": "Under a new name.", "content": model},
                },
                ["400", "408", "409", "413", "415", "422"],
                requestBody={"required": True, "content": body},
            ),
            "delete": operation(
                "unload-model", {"204": {"description": "The name is gone."}}, ["409"]
            ),
        },
    }
