r"""JSON as clients really write it: two faults that lose nothing are mended instead of refused.

    "\ud83d"      half of a surrogate pair, what is left of an emoji that was cut in two: U+FFFD
    EF BB BF      a UTF-8 byte order mark in front: skipped

Only JSON that a strict parser refuses is looked at again, so that all other JSON costs no more.
"""

import re
from typing import Any

import orjson

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ESCAPE = re.compile(
    rb"\\(?:"
    rb"u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a whole pair
    rb"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})"
    rb"|.)"  # any other escape; of \\ud83d the first two bytes, so that "ud83d" stays text
)


def loads(raw: bytes | str) -> Any:
    """The parsed JSON. Raises orjson.JSONDecodeError for what is not JSON even when mended."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        given = raw.encode(errors="surrogatepass") if isinstance(raw, str) else raw
        mended = _ESCAPE.sub(_without_halves, given.removeprefix(_BYTE_ORDER_MARK))
        if mended == given:
            raise
    return orjson.loads(mended)


def _without_halves(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape["half"] else escape[0]
