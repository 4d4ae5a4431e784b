"""The service's OpenAPI document, made small enough for a generator of random values to be quick.

An open schema within another takes a generator seconds per value, and a request that is refused
for a header tests nothing of its body. So here the control keys stand among a body's own instead
of beside them, objects hold a few scalars, and the control headers are left out (their own tests
send them). Nothing is described that the service does not take.
"""

from typing import Any

MAX_ITEMS = 4
MAX_LETTERS = 40
SCALAR = {"type": ["string", "number", "boolean", "null"], "maxLength": MAX_LETTERS}
PARTS = ("anyOf", "oneOf", "prefixItems")


def bounded(document: dict[str, Any]) -> dict[str, Any]:
    """The document with its requests bounded; its answers stay as they are."""
    schemas = document["components"]["schemas"]
    for item in document["paths"].values():
        if "post" in item:
            item["post"].pop("parameters", None)
            content = item["post"]["requestBody"]["content"]["application/json"]
            content["schema"] = _bounded(content["schema"], schemas)
    return document


def _bounded(schema: dict[str, Any], schemas: dict[str, Any]) -> dict[str, Any]:
    if "$ref" in schema:
        return _bounded(schemas[schema["$ref"].rsplit("/", 1)[1]], schemas)
    smaller = {key: value for key, value in schema.items() if key not in ("allOf", "description")}
    is_body = "allOf" in schema and "title" in schema
    if is_body:
        control = schemas["Control"]["properties"]
        smaller["properties"] = {**control, **schema.get("properties", {})}
    for key in PARTS:
        if key in smaller:
            smaller[key] = [_bounded(value, schemas) for value in smaller[key]]
    if "items" in smaller:
        smaller["items"] = _bounded(smaller["items"], schemas)
    match smaller.get("type"):
        case "array":
            smaller.setdefault("maxItems", MAX_ITEMS)
        case "string":
            smaller.setdefault("maxLength", MAX_LETTERS)
        case "object" if "properties" in smaller:
            properties = smaller["properties"].items()
            smaller["properties"] = {name: _bounded(value, schemas) for name, value in properties}
            smaller["additionalProperties"] = False
        case "object":
            values = smaller.get("additionalProperties")
            smaller["additionalProperties"] = values if isinstance(values, dict) else SCALAR
            smaller["maxProperties"] = MAX_ITEMS
    return smaller
