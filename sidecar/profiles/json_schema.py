"""The JSON Schema of a profile's file, for editors: completion, descriptions, faults as one types.

It is made of the classes that check the file, and takes what a file may leave to the profile that
it extends: no key is required, null takes an inherited one away, and `...` stands for the items of
an inherited list.
"""

from typing import Any

from sidecar.profile import Profile
from sidecar.profiles.inheritance import INHERITED

DRAFT = "https://json-schema.org/draft/2020-12/schema"


def file_schema() -> dict[str, Any]:
    """The schema. References between files, such as a signal's fields, are checked at the start."""
    schema = Profile.model_json_schema()
    loosened: dict[str, Any] = _loosened(schema)
    return {"$schema": DRAFT, "title": "A profile of rerank-sidecar", **loosened}


def _loosened(node: Any) -> Any:
    if isinstance(node, list):
        return [_loosened(item) for item in node]
    if not isinstance(node, dict):
        return node
    loose = {
        key: _loosened(value)
        for key, value in node.items()
        if key not in ("required", "discriminator", "default", "title", "minItems")
    }
    if "oneOf" in loose:  # without `kind` a change of an inherited signal fits several kinds
        loose["anyOf"] = loose.pop("oneOf")
    for key in ("properties", "patternProperties"):
        if isinstance(node.get(key), dict):
            loose[key] = {name: _or_null(_loosened(each)) for name, each in node[key].items()}
    if isinstance(node.get("additionalProperties"), dict):
        loose["additionalProperties"] = _or_null(loose["additionalProperties"])
    if node.get("type") == "array" and "items" in loose:
        loose["items"] = {"anyOf": [loose["items"], {"const": INHERITED}]}
    return loose


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    if isinstance(schema.get("type"), str) and "enum" not in schema:
        return {**schema, "type": [schema["type"], "null"]}
    description = {key: value for key, value in schema.items() if key == "description"}
    rest = {key: value for key, value in schema.items() if key != "description"}
    return {**description, "anyOf": [rest, {"type": "null"}]}
