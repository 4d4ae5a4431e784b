"""Spans of a text in HTML, with the tags that they would cut apart. Pure."""

import re

_TAG_NAME = r"[A-Za-z][A-Za-z0-9:-]*"
_TAG = re.compile(rf"<(?P<end>/?)(?P<name>{_TAG_NAME})(?:\s[^<>]*)?>")
_REACH = 300
"""Characters before a span in which its opening tag is looked for."""


def balanced(text: str, start: int, end: int) -> tuple[int, int]:
    """The span, with the tags directly beside it whose other halves lie within it.

    <b>[Light</b> shoes.]   ->   [<b>Light</b> shoes.]
    """
    opened: list[str] = []
    unopened: list[str] = []
    for tag in _TAG.finditer(text, start, end):
        name = tag["name"].lower()
        if not tag["end"]:
            opened.append(name)
        elif opened and opened[-1] == name:
            opened.pop()
        else:
            unopened.append(name)
    for name in unopened:
        before = re.compile(rf"<{name}(?:\s[^<>]*)?>\s*\Z", re.IGNORECASE)
        if (opening := before.search(text, max(0, start - _REACH), start)) is None:
            break
        start = opening.start()
    for name in reversed(opened):
        after = re.compile(rf"\s*</{name}\s*>", re.IGNORECASE)
        if (closing := after.match(text, end)) is None:
            break
        end = closing.end()
    return start, end
