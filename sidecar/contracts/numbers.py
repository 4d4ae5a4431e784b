"""Scores as JSON numbers that every known client reads.

OpenSearch's rerank post-processing casts each number to Double; its JSON reader makes an Integer
of `1` and a BigDecimal of more than 18 characters, and the cast fails. A float32's shortest
form always has `.` or `e` and at most 15 characters.
"""

import json
import re
from typing import Any

import numpy as np
import orjson


def number(value: float) -> np.float32:
    """The value as `dumps` prints it: float32-shortest."""
    return np.float32(value)


def dumps(body: Any) -> bytes:
    """JSON bytes; numbers from `number` in their safe form."""
    return orjson.dumps(body, option=orjson.OPT_SERIALIZE_NUMPY)


def ascii_only(raw: bytes) -> bytes:
    r"""The same JSON with \u escapes for every character beyond ASCII."""
    if raw.isascii():
        return raw
    return _BEYOND.sub(lambda match: json.dumps(match[0])[1:-1], raw.decode()).encode()


_BEYOND = re.compile(r"[^\x00-\x7f]+")
