"""The embedding routes in /openapi.json."""

from collections.abc import Mapping, Sequence
from typing import Any

from sidecar.contracts.embeddings.dialect import EmbeddingDialect
from sidecar.contracts.embeddings.routes import EMBEDDING_ROUTES, KIND_ROUTES, URL_KEYS
from sidecar.contracts.loose_types import LooseJsonSchema
from sidecar.contracts.openapi_schemas import any_of

_REF = "#/components/schemas/{model}"


def embedding_paths(
    schemas: dict[str, Any], refusals: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    """The routes with their operations; the schemas of the bodies are added to `schemas`."""
    plain_paths = {path: path for path in EMBEDDING_ROUTES}
    plain_paths |= {path: plain for path, (plain, _) in KIND_ROUTES.items()}
    return {
        path: {"post": _operation(path, EMBEDDING_ROUTES[plain], schemas, refusals)}
        for path, plain in plain_paths.items()
    }


def _operation(
    path: str,
    dialects: Sequence[EmbeddingDialect],
    schemas: dict[str, Any],
    refusals: Mapping[str, Any],
) -> dict[str, Any]:
    bodies = [_body_schema(dialect, schemas) for dialect in dialects]
    examples = {
        dialect.name: {"summary": dialect.title, "value": dialect.example} for dialect in dialects
    }
    answers = any_of([dialect.response for dialect in dialects])
    return {
        "operationId": path.strip("/").replace("/", "-"),
        "tags": ["embeddings"],
        "parameters": [
            {
                "name": key,
                "in": "query",
                "description": f"As the key `{key}` of the body, which goes before it.",
                "schema": {"type": "string"},
            }
            for key in URL_KEYS
        ],
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": any_of(bodies), "examples": examples}},
        },
        "responses": {
            "200": {
                "description": "The vectors, in the order of the texts.",
                "content": {"application/json": {"schema": answers}},
            },
            **refusals,
        },
    }


def _body_schema(dialect: EmbeddingDialect, schemas: dict[str, Any]) -> dict[str, Any]:
    name = dialect.body.__name__
    schema = dialect.body.model_json_schema(ref_template=_REF, schema_generator=LooseJsonSchema)
    schemas.update(schema.pop("$defs", {}))
    schemas[name] = schema
    return {"$ref": f"#/components/schemas/{name}"}
