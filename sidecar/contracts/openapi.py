"""The OpenAPI 3.1 document, made from the dialects' own schemas and examples."""

from collections.abc import Iterable, Mapping
from typing import Any

from sidecar.contracts.dialect import Dialect
from sidecar.contracts.errors import ERROR_SCHEMA
from sidecar.contracts.routes import PROFILE_ROUTES, ROUTES

_ERRORS = {
    "400": "The body is not JSON, or its list of documents is empty.",
    "401": "The API key is missing or wrong.",
    "413": "The body is larger than the service's limit.",
    "422": "A value has the wrong type or is out of range; the message begins with its JSON path.",
    "429": "Overloaded; nothing was done. Retry-After says when.",
    "500": "A bug.",
    "503": "Loading, draining, or the model failed. Retry-After says when, where it is known.",
    "504": "The deadline passed.",
}


def document(version: str) -> dict[str, Any]:
    """The whole document, as it stands at /openapi.json."""
    schemas: dict[str, Any] = {"Error": ERROR_SCHEMA}
    paths: dict[str, Any] = {}
    for path, dialects in ROUTES.items():
        paths[path] = {"post": _operation(path, dialects.values(), schemas)}
    for path, same in PROFILE_ROUTES.items():
        paths[path] = {
            "parameters": [_PROFILE_PARAMETER],
            "post": _operation(path, ROUTES[same].values(), schemas),
        }
    for path, text in _PLAIN_ROUTES.items():
        paths[path] = {"get": _plain(path, text)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "rerank-sidecar",
            "version": version,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
        "security": [{}, {"bearer": []}],
    }


_PLAIN_ROUTES = {
    "/health": "As /health/ready.",
    "/health/live": "200 unless a run hangs.",
    "/health/ready": "200 while requests are taken.",
    "/health/startup": "200 once the model is loaded and proven.",
    "/info": "The model, the device, the layout, the limits and the score revision.",
    "/metrics": "Prometheus metrics.",
    "/openapi.json": "This document.",
}


_PROFILE_PARAMETER = {
    "name": "profile",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
}


def _operation(path: str, dialects: Iterable[Dialect], schemas: dict[str, Any]) -> dict[str, Any]:
    requests: list[Mapping[str, Any]] = []
    responses: list[Mapping[str, Any]] = []
    examples = {}
    for dialect in dialects:
        requests.append(_reference(dialect, schemas))
        responses.append(dialect.response)
        examples[dialect.name] = {"value": dialect.example}
    error = {"application/json": {"schema": {"$ref": "#/components/schemas/Error"}}}
    return {
        "operationId": _operation_id(path),
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _one_of(requests), "examples": examples}},
        },
        "responses": {
            "200": {
                "description": "The scores.",
                "content": {"application/json": {"schema": _one_of(responses)}},
            },
            **{status: {"description": text, "content": error} for status, text in _ERRORS.items()},
        },
    }


def _operation_id(path: str) -> str:
    return path.strip("/").replace("/", "-").replace("{", "").replace("}", "")


def _plain(path: str, text: str) -> dict[str, Any]:
    answers: dict[str, Any] = {"200": {"description": text}}
    if path.startswith("/health"):
        answers["503"] = {"description": "Not so."}
    return {"operationId": _operation_id(path), "responses": answers}


def _reference(dialect: Dialect, schemas: dict[str, Any]) -> dict[str, Any]:
    schema = dialect.body.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(schema.pop("$defs", {}))
    schemas[dialect.body.__name__] = schema
    return {"$ref": f"#/components/schemas/{dialect.body.__name__}"}


def _one_of(schemas: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    distinct = [schema for at, schema in enumerate(schemas) if schema not in schemas[:at]]
    return distinct[0] if len(distinct) == 1 else {"anyOf": distinct}
