"""A validation fault as the client reads it: its JSON path, then what is wrong there."""

import re
from collections.abc import Sequence

from pydantic import ValidationError

from sidecar.errors import InvalidRequest


def fault_of(fault: ValidationError, path: Sequence[int | str] = ()) -> InvalidRequest:
    """The first fault, below `path`: `$.documents[1]: must be a string or an object, not null`."""
    first = fault.errors(include_url=False, include_context=False, include_input=False)[0]
    message = re.sub(r"^(Value|Assertion) error, ", "", first["msg"])
    steps = [step for step in first["loc"] if step != "[key]"]
    return InvalidRequest(f"{json_path((*path, *steps))}: {message}")


def json_path(steps: Sequence[int | str]) -> str:
    """("documents", 1) -> "$.documents[1]"."""
    return "$" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def kind_of(value: object) -> str:
    """A JSON value's type in words."""
    kinds = {dict: "an object", list: "an array", str: "a string", bool: "a boolean"}
    return "null" if value is None else kinds.get(type(value), "a number")
