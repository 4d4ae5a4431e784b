"""Reading a body: from bytes to an object, from an object to a model, and what is wrong with it.

A fault is reported with its JSON path: `$.documents[1]: must be a string or an object, not null`.
"""

import re
from collections.abc import Mapping, Sequence, Sized
from typing import Any, TypeVar

import orjson
from pydantic import BaseModel, ValidationError, ValidationInfo

from sidecar.errors import BodyTooLarge, InvalidRequest, MalformedBody
from sidecar.lenient_json import loads

Model = TypeVar("Model", bound=BaseModel)


MAX_VALUES = 2_000_000
"""Of a body, by its commas: a thousand vectors of 2000 numbers."""
MAX_CONTAINERS = 500_000
"""Objects and arrays of a body, by their brackets. Each costs as much as some twenty numbers."""


def parse(raw: bytes) -> dict[str, Any]:
    """The body as an object.

    Raises BodyTooLarge for more values than the above, MalformedBody for what is not JSON, and
    InvalidRequest for JSON that is not an object.
    """
    if len(raw) > MAX_CONTAINERS:  # else it cannot hold so many
        _check_values(raw)
    try:
        body = loads(raw)
    except orjson.JSONDecodeError as fault:
        raise MalformedBody(f"the body is not JSON: {fault}") from None
    if not isinstance(body, dict):
        raise InvalidRequest(f"$: must be an object, not {kind_of(body)}")
    return body


def _check_values(raw: bytes) -> None:
    """The parser holds up every other request for as long as it runs, and that goes by the number
    of values. Counted are signs, those in texts too: prose has one in sixty characters."""
    if raw.count(b",") > MAX_VALUES:
        raise BodyTooLarge(f"the body holds more than {MAX_VALUES} values")
    if raw.count(b"[") + raw.count(b"{") > MAX_CONTAINERS:
        raise BodyTooLarge(f"the body holds more than {MAX_CONTAINERS} objects and arrays")


def validate(
    model: type[Model], body: Mapping[str, Any], *, max_documents: int | None = None
) -> Model:
    """The body as `model`. Raises InvalidRequest with the JSON path of the first fault, and for
    more documents than `max_documents`."""
    try:
        return model.model_validate(body, context=max_documents)
    except ValidationError as fault:
        raise _first(fault) from None


def check_count(entries: Sized, info: ValidationInfo, what: str = "documents") -> None:
    """For validators of lists, before they look at the entries: a million wrong ones would be a
    million faults. Raises InvalidRequest for more of them than `validate` was given."""
    most: int | None = info.context
    if most is not None and len(entries) > most:
        raise InvalidRequest(f"$: {len(entries)} {what}, at most {most}")


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
