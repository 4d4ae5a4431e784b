"""The schemas of /openapi.json: control keys, bodies and responses, from the dialects' own.

What every dialect shares is written once: the control keys, from `control.ControlKeys`, beside each
body's own and inside a query that is an object; explanations and warnings wherever a dialect's
`encode` puts them.
"""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

import orjson

from sidecar.contracts.body import Body
from sidecar.contracts.control import ControlKeys
from sidecar.contracts.dialect import Dialect
from sidecar.contracts.extras import (
    BELOW_MIN_SCORE_SCHEMA,
    COVERAGE_SCHEMA,
    DEGRADED_SCHEMA,
    WARNINGS_SCHEMA,
)
from sidecar.contracts.loose_types import LooseJsonSchema
from sidecar.request import Degraded, Ranked, RankResult

_REF = "#/components/schemas/{model}"
_CONTROL = {"$ref": "#/components/schemas/Control"}


def control_schema(schemas: dict[str, Any]) -> dict[str, Any]:
    """The schema of the control keys; what it refers to is added to `schemas`."""
    schema = ControlKeys.model_json_schema(ref_template=_REF, schema_generator=LooseJsonSchema)
    schemas.update(schema.pop("$defs", {}))
    return schema | {
        "title": "Control",
        "description": "What may be set for one search, whatever the dialect.",
    }


def body_schema(dialect: Dialect, schemas: dict[str, Any]) -> dict[str, Any]:
    """A reference to the schema of the dialect's bodies, which is added to `schemas`: its own keys,
    and the control keys beside them and in a query that is an object."""
    name = dialect.body.__name__
    schema = dialect.body.model_json_schema(ref_template=_REF, schema_generator=LooseJsonSchema)
    schemas.update(schema.pop("$defs", {}))
    shared = {*ControlKeys.model_fields} | (set() if issubclass(dialect.body, Body) else {"query"})
    own = {key: value for key, value in schema["properties"].items() if key not in shared}
    for form in own.get("query", {}).get("anyOf", ()):
        if form["type"] == "object" and form.get("additionalProperties", True):
            form["allOf"] = [_CONTROL]
    schemas[name] = {**schema, "properties": own, "allOf": [_CONTROL]}
    return {"$ref": f"#/components/schemas/{name}"}


def response_schema(dialect: Dialect) -> Mapping[str, Any]:
    """The schema of the dialect's response, with explanations and warnings where it has them."""
    request = dialect.decode(dialect.example)
    ranked = tuple(Ranked(index, 0.0, 0.5) for index in range(len(request.documents)))
    result = RankResult(
        ranked,
        "model",
        0,
        below_min_score=None if dialect.complete else 0,
        coverage=1.0 if dialect.ordered else None,
        degraded=Degraded("order", "inference") if dialect.ordered else None,
        warnings=("a warning",),
        explanations=({},),
    )
    answer = orjson.loads(dialect.encode(request, result, "id"))
    schema: dict[str, Any] = deepcopy(dict(dialect.response))
    if not dialect.has_extras:
        return schema
    properties = schema.setdefault("properties", {})
    if "explanations" in answer:
        explanation = {"$ref": "#/components/schemas/Explanation"}
        properties["explanations"] = {"type": "array", "items": explanation}
    if "below_min_score" in answer:
        properties["below_min_score"] = BELOW_MIN_SCORE_SCHEMA
    if "coverage" in answer:
        properties["coverage"] = COVERAGE_SCHEMA
    if "degraded" in answer:
        properties["degraded"] = DEGRADED_SCHEMA
    if "warnings" in answer:
        properties["warnings"] = WARNINGS_SCHEMA
    if "warnings" in (answer.get("meta") or ()):
        meta = properties.setdefault("meta", {"type": "object"})
        meta.setdefault("properties", {})["warnings"] = WARNINGS_SCHEMA
    return schema


def any_of(schemas: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """One schema for what has any of these, equal ones once."""
    distinct = [schema for at, schema in enumerate(schemas) if schema not in schemas[:at]]
    return distinct[0] if len(distinct) == 1 else {"anyOf": distinct}
