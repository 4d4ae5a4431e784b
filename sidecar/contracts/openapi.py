"""The OpenAPI 3.1 document, made from the dialects' own schemas and examples.

What every dialect shares is written once: the control keys, from `control.ControlKeys`, beside each
body's own and inside a query that is an object; explanations and warnings where a dialect's answer
has them, which the dialect itself is asked.
"""

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any

import orjson
from pydantic import AliasChoices

from sidecar.contracts import examples
from sidecar.contracts.control import HEADERS, ControlKeys
from sidecar.contracts.dialect import Dialect
from sidecar.contracts.errors import ERROR_SCHEMA
from sidecar.contracts.extras import EXPLANATION_SCHEMA, WARNINGS_SCHEMA
from sidecar.contracts.routes import PROFILE_ROUTES, ROUTES, dialects
from sidecar.request import Ranked, RankResult

_REF = "#/components/schemas/{model}"
_CONTROL = {"$ref": "#/components/schemas/Control"}

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
    schemas: dict[str, Any] = {"Error": ERROR_SCHEMA, "Explanation": EXPLANATION_SCHEMA}
    schemas["Control"] = _control(schemas)
    paths: dict[str, Any] = {}
    for path in ROUTES:
        paths[path] = {"post": _operation(path, dialects(path), schemas)}
        if "{model}" in path:
            paths[path]["parameters"] = [_MODEL_PARAMETER]
    for path, same in PROFILE_ROUTES.items():
        paths[path] = {
            "parameters": [_PROFILE_PARAMETER],
            "post": _operation(path, dialects(same), schemas),
        }
    for path, text in _PLAIN_ROUTES.items():
        paths[path] = {"get": _plain(path, text)}
        if "{file}" in path:
            paths[path]["parameters"] = [_FILE_PARAMETER]
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
    "/v1/models": "The model, in OpenAI's shape.",
    "/metrics": "Prometheus metrics.",
    "/openapi.json": "This document.",
    "/playground": "A page to try searches on; 404 where the setting `playground` is off.",
    "/playground/service": "What the page must know; needs the key where keys are set.",
    "/playground/{file}": "A file of the page.",
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
            "name": name,
            "in": "header",
            "description": f"As the key `{key}` of the body, which goes before it.",
            "schema": {"type": "string"},
        }
        for key, name in HEADERS.items()
    ),
]
_WARNINGS_HEADER = {
    "description": "The answer's warnings, for answers whose shape has no room for them.",
    "schema": {"type": "string"},
}
_PROFILE_PARAMETER = {
    "name": "profile",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
}


_FILE_PARAMETER = {
    "name": "file",
    "in": "path",
    "required": True,
    "schema": {"type": "string"},
}
_MODEL_PARAMETER = {
    "name": "model",
    "in": "path",
    "required": True,
    "description": "Vendor and name; without effect, as the body's `model`.",
    "schema": {"type": "string"},
}


def _operation(path: str, spoken: Iterable[Dialect], schemas: dict[str, Any]) -> dict[str, Any]:
    requests: list[Mapping[str, Any]] = []
    responses: list[Mapping[str, Any]] = []
    asked: dict[str, Any] = {}
    answered: dict[str, Any] = {}
    refused: dict[str, Any] = {}
    for dialect in spoken:
        requests.append(_reference(dialect, schemas))
        responses.append(_with_extras(dialect))
        about = {"summary": examples.summary(dialect)}
        asked[dialect.name] = {**about, "value": dialect.example}
        answered[dialect.name] = {**about, "value": examples.answer(dialect)}
        refused[dialect.name] = {**about, "value": examples.error(dialect)}
    error = {"schema": {"$ref": "#/components/schemas/Error"}}
    errors: dict[str, Any] = {
        status: {"description": text, "content": {"application/json": error}}
        for status, text in _ERRORS.items()
    }
    errors["422"]["content"] = {"application/json": {**error, "examples": refused}}
    return {
        "operationId": _operation_id(path),
        "parameters": _PARAMETERS,
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": _one_of(requests), "examples": asked}},
        },
        "responses": {
            "200": {
                "description": "The scores.",
                "headers": {"x-rerank-warnings": _WARNINGS_HEADER},
                "content": {
                    "application/json": {"schema": _one_of(responses), "examples": answered}
                },
            },
            **errors,
        },
    }


def _operation_id(path: str) -> str:
    return path.strip("/").replace("/", "-").replace("{", "").replace("}", "")


def _plain(path: str, text: str) -> dict[str, Any]:
    answers: dict[str, Any] = {"200": {"description": text}}
    if path.startswith("/health"):
        answers["503"] = {"description": "Not so."}
    if path == "/playground/service":
        answers |= {status: {"description": _ERRORS[status]} for status in ("401", "503")}
    if "{file}" in path:
        answers["404"] = {"description": "The page has no such file."}
    return {"operationId": _operation_id(path), "responses": answers}


def _control(schemas: dict[str, Any]) -> dict[str, Any]:
    """The control keys, each under all its spellings; adds what they refer to."""
    schema = ControlKeys.model_json_schema(ref_template=_REF)
    schemas.update(schema.pop("$defs", {}))
    for field in ControlKeys.model_fields.values():
        if isinstance(field.validation_alias, AliasChoices):
            first, *others = map(str, field.validation_alias.choices)
            schema["properties"] |= dict.fromkeys(others, schema["properties"][first])
    return schema | {
        "title": "Control",
        "description": "What may be set for one search, whatever the dialect.",
    }


def _reference(dialect: Dialect, schemas: dict[str, Any]) -> dict[str, Any]:
    schema = dialect.body.model_json_schema(ref_template=_REF)
    schemas.update(schema.pop("$defs", {}))
    for each in schema["properties"].get("query", {}).get("anyOf", ()):
        if each["type"] == "object":
            each["allOf"] = [_CONTROL]
    schemas[dialect.body.__name__] = {**schema, "allOf": [_CONTROL]}
    return {"$ref": f"#/components/schemas/{dialect.body.__name__}"}


def _with_extras(dialect: Dialect) -> Mapping[str, Any]:
    """The response's schema with the keys that explanations and warnings have in real answers."""
    request = dialect.decode(dialect.example)
    ranked = tuple(Ranked(index, 0.0, 0.5) for index in range(len(request.documents)))
    told = RankResult(ranked, "model", 0, warnings=("told",), explanations=({},))
    answer = orjson.loads(dialect.encode(request, told, "id"))
    schema: dict[str, Any] = deepcopy(dict(dialect.response))
    if not isinstance(answer, dict):
        return schema  # a bare array has no room
    properties = schema.setdefault("properties", {})
    if "explanations" in answer:
        explanation = {"$ref": "#/components/schemas/Explanation"}
        properties["explanations"] = {"type": "array", "items": explanation}
    if "warnings" in answer:
        properties["warnings"] = WARNINGS_SCHEMA
    if "warnings" in (answer.get("meta") or ()):
        meta = properties.setdefault("meta", {"type": "object"})
        meta.setdefault("properties", {})["warnings"] = WARNINGS_SCHEMA
    return schema


def _one_of(schemas: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    distinct = [schema for at, schema in enumerate(schemas) if schema not in schemas[:at]]
    return distinct[0] if len(distinct) == 1 else {"anyOf": distinct}
