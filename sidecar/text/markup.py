"""Texts in HTML: what a reader sees of them, each character at its own place. Pure.

    <p>Light <b>shoe</b> &amp; sock</p>   ->      Light    shoe     &     sock

A blanked text is as long as the text, so a place in the one is the same place in the other.
"""

import re
from html import unescape

_TAG_NAME = r"[A-Za-z][A-Za-z0-9:-]*"
_MARKUP = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<(?P<hidden>script|style)\b[^<>]*>.*?(?:</(?P=hidden)\s*>|\Z)"
    rf"|</?(?P<name>{_TAG_NAME})(?:\s[^<>]*|/)?>"
    r"|<![A-Za-z][^<>]*>"
    r"|&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});",
    re.DOTALL | re.IGNORECASE,
)
_INLINE = frozenset(
    "a abbr b bdi bdo cite code data del dfn em font i ins kbd label mark q s samp small span"
    " strong sub sup time tt u var wbr".split()
)
"""Tags within a sentence; at any other a new paragraph begins."""
_TAG = re.compile(rf"<(?P<end>/?)(?P<name>{_TAG_NAME})(?:\s[^<>]*)?>")
_REACH = 300
"""Characters before a span in which its opening tag is looked for."""


def blanked(text: str) -> str:
    """The text with its tags and comments as spaces, paragraphs apart, its entities as characters.

    A text without HTML is returned as it is: "a < b" and "<3" are no tags.
    """
    if "<" not in text and "&" not in text:
        return text
    return _MARKUP.sub(_blank, text)


def _blank(markup: re.Match[str]) -> str:
    length = len(markup.group())
    if markup.group().startswith("&"):
        character = unescape(markup.group())
        return character.ljust(length) if len(character) <= length else " " * length
    name = markup.group("name")
    if name is None or name.lower() in _INLINE:
        return " " * length
    return "\n\n".ljust(length)


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
