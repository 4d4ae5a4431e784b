"""Reading a body: from bytes to an object, from an object to a model, and what is wrong with it.

A fault is reported with its JSON path: `$.documents[1]: must be a string or an object, not null`.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError

from sidecar.errors import InvalidRequest, MalformedBody
from sidecar.lenient_json import loads

Model = TypeVar("Model", bound=BaseModel)


def parse(raw: bytes) -> dict[str, Any]:
    """The body as an object. Raises MalformedBody for what is not JSON, InvalidRequest for JSON
    that is not an object."""
    try:
        body = loads(raw)
    except orjson.JSONDecodeError as fault:
        raise MalformedBody(f"the body is not JSON: {fault}") from None
    if not isinstance(body, dict):
        raise InvalidRequest(f"$: must be an object, not {kind_of(body)}")
    return body


def validate(model: type[Model], body: Mapping[str, Any]) -> Model:
    """The body as `model`. Raises InvalidRequest with the JSON path of the first fault."""
    try:
        return model.model_validate(body)
    except ValidationError as fault:
        raise _first(fault) from None


def _first(fault: ValidationError) -> InvalidRequest:
    first = fault.errors(include_url=False, include_context=False, include_input=False)[0]
    message = re.sub(r"^(Value|Assertion) error, ", "", first["msg"])
    steps = [step for step in first["loc"] if step != "[key]"]
    return InvalidRequest(f"{json_path(steps)}: {message}")


def json_path(steps: Sequence[int | str]) -> str:
    """("documents", 1) -> "$.documents[1]"."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def kind_of(value: object) -> str:
    """A JSON value's type in words."""
    kinds = {dict: "an object", list: "an array", str: "a string", bool: "a boolean"}
    return "null" if value is None else kinds.get(type(value), "a number")
