"""The line on which a part of a JSON document begins, for messages about it."""

import json
from bisect import bisect_right
from json.decoder import JSONObject  # type: ignore[attr-defined]
from json.scanner import py_make_scanner  # type: ignore[attr-defined]
from typing import Any


class _Located(dict[str, Any]):
    """An object that knows its line."""

    line = 1


def line_of(text: str, path: tuple[str | int, ...]) -> int:
    """The line, from 1, of the innermost object on the path of keys and positions.

    `text` is JSON. A part that the path names and the text does not have ends the way.
    """
    value, line = _read(text), 1
    for part in path:
        if isinstance(value, _Located):
            line = value.line
        try:
            value = value[part]
        except (KeyError, IndexError, TypeError):
            return line
    return value.line if isinstance(value, _Located) else line


def _read(text: str) -> Any:
    """The document, whose objects know their lines. The scanner in Python calls a decoder's own
    `parse_object`, which the one in C does not."""
    starts = [position for position, char in enumerate(text) if char == "\n"]
    decoder = json.JSONDecoder()

    def located(s_and_end: tuple[str, int], *rest: Any) -> tuple[Any, int]:
        value, end = JSONObject(s_and_end, *rest)
        found = _Located(value)
        found.line = 1 + bisect_right(starts, s_and_end[1] - 1)
        return found, end

    decoder.parse_object = located  # type: ignore[attr-defined]
    decoder.scan_once = py_make_scanner(decoder)  # type: ignore[attr-defined]
    return decoder.decode(text)
