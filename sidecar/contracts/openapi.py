"""The OpenAPI 3.1 document: every route, with the schemas and examples of its dialects."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sidecar.contracts import admin_models, examples
from sidecar.contracts.control import HEADERS
from sidecar.contracts.dialect import Dialect
from sidecar.contracts.errors import ERROR_SCHEMA
from sidecar.contracts.extras import EXPLANATION_SCHEMA
from sidecar.contracts.loose_types import LooseJsonSchema
from sidecar.contracts.openapi_embeddings import embedding_paths
from sidecar.contracts.openapi_schemas import any_of, body_schema, control_schema, response_schema
from sidecar.contracts.read_only_routes import PROBES, READ_ONLY_ROUTES
from sidecar.contracts.readings import (
    READINGS_ERRORS,
    READINGS_ROUTE,
    READINGS_SCHEMA,
    ReadingsBody,
)
from sidecar.contracts.routes import PROFILE_ROUTES, ROUTES, dialects_on

_ERRORS = {
    "400": "The body is not JSON, or its list of documents is empty.",
    "401": "The API key is missing, wrong or expired.",
    "403": "The API key has no scope for it.",
    "404": "The model is not served; only with the setting `strict_model`.",
    "409": "The state of the service does not allow it, or an experiment keeps the order.",
    "408": "The body did not arrive in time.",
    "413": "The body is larger than the service's limit.",
    "415": "The body's Content-Encoding is neither gzip nor deflate.",
    "422": "A value has the wrong type or is out of range; the message begins with its JSON path.",
    "429": "Overloaded, or the API key's quota is used; nothing was done. Retry-After says when.",
    "500": "A bug.",
    "503": "Loading, draining, or the model failed. Retry-After says when, where it is known.",
    "504": "The deadline passed.",
}

_SECURITY_SCHEMES = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "x-api-key": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "api-key": {"type": "apiKey", "in": "header", "name": "Api-Key"},
}
_READ_ONLY_REFUSALS = {
    "/metrics": ("401", "403"),
    "/admin/keys": ("401", "403"),
    "/playground/service": ("401", "403", "429", "503"),
}


def document(version: str) -> dict[str, Any]:
    """The whole document, as /openapi.json serves it."""
    schemas: dict[str, Any] = {"Error": ERROR_SCHEMA, "Explanation": EXPLANATION_SCHEMA}
    schemas["Control"] = control_schema(schemas)
    paths: dict[str, Any] = {}
    for path in ROUTES:
        paths[path] = {"post": _operation(path, dialects_on(path), schemas)}
        if "{model}" in path:
            paths[path]["parameters"] = [_path_parameter("model", description=_MODEL_DESCRIPTION)]
    for path, plain_path in PROFILE_ROUTES.items():
        paths[path] = {
            "parameters": [_path_parameter("profile")],
            "post": _operation(path, dialects_on(plain_path), schemas),
        }
    paths |= embedding_paths(schemas, _embedding_refusals())
    for path, text in READ_ONLY_ROUTES.items():
        item = paths.setdefault(path, {})
        item["get"] = _read_only(path, text)
        if name := re.search(r"\{(\w+)\}", path):
            item["parameters"] = [_path_parameter(name[1])]
    paths[READINGS_ROUTE] = {"post": _readings()}
    paths |= admin_models.paths(_refusals)
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
            "securitySchemes": _SECURITY_SCHEMES,
        },
        "security": [{}, *({name: []} for name in _SECURITY_SCHEMES)],
    }


_PARAMETERS = [
    {
        "name": "query",
        "in": "query",
        "description": "`json`: the query's text holds a JSON object with the control keys.",
        "schema": {"const": "json"},
    },
    *(
        {
            "name": header.name,
            "in": "header",
            "description": f"As the key `{key}` of the body, which goes before it.",
            "schema": {"type": "string"},
        }
        for key, header in HEADERS.items()
    ),
]
_HEADERS = {
    "x-rerank-warnings": "The answer's warnings, for answers whose shape has no room for them.",
    "x-rerank-below-min-score": "How many documents `min_score` left out; absent where none could "
    "be.",
    "x-rerank-score-revision": "Of the model that answered: equal revisions give equal scores.",
    "x-rerank-cache": "How many pairs were not run again.",
    "x-rerank-coverage": "The share of the documents that were scored before the deadline; absent "
    "unless `on_deadline` is `partial`.",
    "x-rerank-arm": "`EXPERIMENT/ARM` of the experiment that the request is in; absent otherwise.",
    "x-rerank-degraded": "What answered in place of the model, which failed; absent otherwise.",
}
"""Of an answer -> what it says."""
_MODEL_DESCRIPTION = "As the body's `model`, which goes before it: vendor and name."


def _path_parameter(name: str, **more: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, **more, "schema": {"type": "string"}}


def _operation(path: str, dialects: Sequence[Dialect], schemas: dict[str, Any]) -> dict[str, Any]:
    requests = [body_schema(dialect, schemas) for dialect in dialects]
    responses = [response_schema(dialect) for dialect in dialects]

    def shown(value: Callable[[Dialect], Any]) -> dict[str, Any]:
        return {
            dialect.name: {"summary": examples.summary(dialect), "value": value(dialect)}
            for dialect in dialects
        }

    errors = _refusals(_ERRORS)
    errors["422"]["content"]["application/json"]["examples"] = shown(examples.error)
    return {
        "operationId": _operation_id("post", path),
        "parameters": _PARAMETERS,
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": any_of(requests),
                    "examples": shown(lambda dialect: dialect.example),
                }
            },
        },
        "responses": {
            "200": {
                "description": "The scores.",
                "headers": {
                    name: {"description": text, "schema": {"type": "string"}}
                    for name, text in _HEADERS.items()
                },
                "content": {
                    "application/json": {
                        "schema": any_of(responses),
                        "examples": shown(examples.answer),
                    }
                },
            },
            **errors,
        },
    }


def _refusals(statuses: Iterable[str]) -> dict[str, Any]:
    error = {"schema": {"$ref": "#/components/schemas/Error"}}
    return {
        status: {"description": _ERRORS[status], "content": {"application/json": {**error}}}
        for status in statuses
    }


def _embedding_refusals() -> dict[str, Any]:
    """As those of the other routes, but that some dialects have an object under `error`."""
    refusals = _refusals(status for status in _ERRORS if status != "409")
    schema = {"type": "object", "required": ["error", "message", "status"]}
    refusals["404"]["description"] = "No encoder is served, or none of the name."
    for refusal in refusals.values():
        refusal["content"]["application/json"]["schema"] = schema
    return refusals


def _readings() -> dict[str, Any]:
    """The playground's own POST."""
    body = ReadingsBody.model_json_schema(schema_generator=LooseJsonSchema)
    answer = {"schema": READINGS_SCHEMA}
    text = "What the profile reads of the documents of a search, for the playground."
    return {
        "operationId": _operation_id("post", READINGS_ROUTE),
        "tags": ["playground"],
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {
            "200": {"description": text, "content": {"application/json": answer}},
            "404": {"description": "The setting `playground` is off."},
            **_refusals(READINGS_ERRORS),
        },
    }


def _operation_id(method: str, path: str) -> str:
    """The path, which has one method but for the root."""
    return (
        f"{method}-root"
        if path == "/"
        else path.strip("/").replace("/", "-").replace("{", "").replace("}", "")
    )


def _read_only(path: str, text: str) -> dict[str, Any]:
    answers: dict[str, Any] = {"200": {"description": text}}
    if path in PROBES:
        answers["503"] = {"description": "Otherwise."}
    answers |= _refusals(_READ_ONLY_REFUSALS.get(path, ()))
    if path == "/admin/keys":
        answers["404"] = {"description": "No API key has the scope `admin`."}
    if path == "/v1/models/{id}":
        answers["404"] = {"description": _ERRORS["404"]}
    if "{file}" in path:
        answers["404"] = {"description": "The page has no such file."}
    return {"operationId": _operation_id("get", path), "responses": answers}
