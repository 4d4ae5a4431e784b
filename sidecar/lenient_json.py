r"""JSON as clients really write it: faults that lose nothing are mended instead of refused.

    "\ud83d"      half of a surrogate pair, what is left of an emoji that was cut in two: U+FFFD
    1e400         a number beyond every floating-point number: the largest of those
    EF BB BF      a UTF-8 byte order mark in front: skipped

Only JSON that a strict parser refuses is looked at again, so that all other JSON costs no more; and
only when it has at most MAX_MENDED such places, so that a wrong body costs little too.
"""

import math
import re
import sys
from itertools import islice
from typing import Any

import orjson

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_ESCAPE = re.compile(
    rb"\\(?:"
    rb"u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"  # a whole pair
    rb"|(?P<half>u[dD][89a-fA-F][0-9a-fA-F]{2})"
    rb"|.)"  # any other escape; of \\ud83d the first two bytes, so that "ud83d" stays text
)
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_BEYOND = re.compile(rb"[eE]\+?\d{3}|\d{200}")
"""What every number beyond 1.8e308 has, and few other things: an exponent of three digits, or so
many digits that one of two is enough."""
MAX_MENDED = 100_000
_HALF = re.compile("[\ud800-\udfff]")
_NUMBER = re.compile(
    rb'"(?:[^"\\]|\\.)*+"'  # a string: its digits are text already
    rb"|(?P<number>-?\d++(?:\.\d++)?(?:[eE][+-]?\d++)?)"
)
_LARGEST = sys.float_info.max
MAX_DEPTH = 254
"""Levels that orjson writes."""


def loads(raw: bytes | str) -> Any:
    """The parsed JSON. Raises orjson.JSONDecodeError for what is not JSON even when mended."""
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        given = raw.encode(errors="surrogatepass") if isinstance(raw, str) else raw
        mended = given.removeprefix(_BYTE_ORDER_MARK)
        if _has_few(_SURROGATE, mended):
            mended = _ESCAPE.sub(_without_halves, mended)
        if _has_few(_BEYOND, mended):
            mended = _NUMBER.sub(_within_bounds, mended)
        if mended == given:
            raise
    return orjson.loads(mended)


def _has_few(pattern: re.Pattern[bytes], raw: bytes) -> bool:
    return 0 < sum(1 for _ in islice(pattern.finditer(raw), MAX_MENDED + 1)) <= MAX_MENDED


def as_sent(value: Any) -> Any:
    """The value of a caller in this process as it would be read from a body: integers beyond 64
    bits are floating-point numbers, halves of surrogate pairs U+FFFD. What JSON does not have, and
    what lies too deep, stays."""
    try:
        orjson.dumps(value)
    except orjson.JSONEncodeError:
        return _mended(value, MAX_DEPTH)
    return value


def _mended(value: Any, depth: int) -> Any:
    match value:
        case bool():
            return value
        case int() if not -(2**63) <= value < 2**64:
            return _as_float(value)
        case str():
            return _HALF.sub("\ufffd", value)
        case dict() if depth:
            return {_mended(k, 0): _mended(part, depth - 1) for k, part in value.items()}
        case list() | tuple() if depth:
            return [_mended(part, depth - 1) for part in value]
        case _:
            return value


def _as_float(number: int) -> float:
    try:
        return float(number)
    except OverflowError:
        return _LARGEST if number > 0 else -_LARGEST


def _without_halves(escape: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if escape["half"] else escape[0]


def _within_bounds(token: re.Match[bytes]) -> bytes:
    number = token["number"]
    if not number or not math.isinf(value := float(number)):
        return token[0]
    return repr(math.copysign(_LARGEST, value)).encode()
