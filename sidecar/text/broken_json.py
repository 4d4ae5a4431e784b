"""Texts that are a piece of a JSON object: a document that was cut before it was sent.

    {"title":"A v. B","text":"The court held      its first part
    that notice was late.","status":"overruled"}   its last

What cuts a text without looking, such as Elasticsearch's `chunk_rescorer`, cuts the JSON in
`rerank_doc` too. Its pieces are plain text to the model, and no signal or rule sees a field.
"""

import re
from collections.abc import Callable

import orjson

from sidecar.lenient_json import loads

_KEY = re.compile(r'(?:^|([{,]))\s*"((?:[^"\\\n]|\\.){1,64})"\s*:\s*(?=["\[{\d-]|true|false|null)')
"""A key and the start of its value; the group before it is what stands in front of the key."""


def is_piece_of_object(text: str, known: Callable[[str], object]) -> bool:
    """Whether the text has keys that are `known`, of an object whose start or end is missing.

    Text that quotes a whole object, and a whole list of objects, are no pieces. A piece from the
    middle of one long value has no keys and is not told from prose.
    """
    if '":' not in text and '" :' not in text:
        return False
    key = next((match for match in _KEY.finditer(text) if known(match[2])), None)
    if key is None:
        return False
    before = text[: key.start()]
    if key[1] == "{":  # The object's start: a piece if nothing is before it, and it never ends.
        return not before.strip() and _opens(text) > 0 and not _is_json(text)
    return _opens(before) <= 0 and not _is_json(text)


def _opens(text: str) -> int:
    """How many objects are open at its end; braces within strings count too, so it is a guess."""
    return text.count("{") - text.count("}")


def _is_json(text: str) -> bool:
    try:
        loads(text)
    except orjson.JSONDecodeError:
        return False
    return True
