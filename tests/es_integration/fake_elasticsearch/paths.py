"""The small JSONPath of a custom endpoint's json_parser: `$`, `.field` and `[*]`, nothing else."""

import re
from collections.abc import Mapping
from typing import Any

from tests.es_integration.fake_elasticsearch.errors import bad_argument

_FIELD = re.compile(r"\.([^.\[]+)(.*)")
_EACH = re.compile(r"\[\*\](.*)")


def extract(data: Mapping[str, Any], path: str) -> Any:
    """The value, inner lists kept as lists. Raises bad_argument where the path does not lead on."""
    if not data or not path.strip():
        return None
    if not path.strip().startswith("$"):
        raise bad_argument(f"Path [{path.strip()}] must start with a dollar sign ($)")
    return _navigate(data, path.strip()[1:])


def _navigate(current: Any, rest: str) -> Any:
    if current is None or not rest:
        return current
    if step := _FIELD.fullmatch(rest):
        name, after = step.groups()
        if not isinstance(current, Mapping):
            raise _wrong_kind(rest, "dot", "a map", current)
        if current.get(name) is None:
            raise bad_argument(f"Unable to find field [{name}] in map")
        return _navigate(current[name], after)
    if step := _EACH.fullmatch(rest):
        if not isinstance(current, list):
            raise _wrong_kind(rest, "array", "a list", current)
        values = (_navigate(item, step.group(1)) for item in current)
        return [item for item in values if item is not None]
    raise bad_argument(f"Invalid path received [{rest}], unable to extract a field name.")


def _wrong_kind(rest: str, kind: str, expected: str, current: Any) -> Exception:
    return bad_argument(
        f"Current path [{rest}] matched the {kind} field pattern but the current object is not "
        f"{expected}, found invalid type [{type(current).__name__}] instead."
    )
