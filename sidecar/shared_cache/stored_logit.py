"""A logit as bytes in Redis: a format's number, a float32 and a check value over key and both.

What another program wrote under the key, what was cut, and what lies under another pair's key does
not pass. It is no signature: who may write to Redis may forge scores.
"""

import math
import struct
import zlib

import numpy as np

from sidecar.runtime.families import Outputs
from sidecar.runtime.logit_cache import Key

VERSION = 1
LAYOUT = struct.Struct("<Bf")
CHECK = struct.Struct("<I")


def encode(key: Key, output: Outputs) -> bytes:
    """A finite logit, 9 bytes."""
    content = LAYOUT.pack(VERSION, float(output))
    return content + CHECK.pack(zlib.crc32(key + content))


def decode(key: Key, stored: object) -> Outputs | None:
    """The key's logit, a float32 without dimensions; None for what `encode` did not make of it."""
    if not isinstance(stored, bytes) or len(stored) != LAYOUT.size + CHECK.size:
        return None
    content = stored[: LAYOUT.size]
    version, logit = LAYOUT.unpack(content)
    (check,) = CHECK.unpack(stored[LAYOUT.size :])
    if version != VERSION or check != zlib.crc32(key + content) or not math.isfinite(logit):
        return None
    return np.array(logit, np.float32)
