"""Vectors as JSON: numbers, base64 of little-endian float32, or one bit per number."""

import base64
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from sidecar.embedding import Vector
from sidecar.errors import InvalidRequest


def as_base64(vector: Vector) -> str:
    """As OpenAI's clients decode it: little-endian float32."""
    return base64.b64encode(np.asarray(vector, dtype="<f4").tobytes()).decode()


def _unsigned_bits(vector: Vector) -> list[int]:
    """A bit per number, 1 for those above 0, eight in a byte, the first the highest."""
    return [int(byte) for byte in np.packbits(vector > 0)]


def _signed_bits(vector: Vector) -> list[int]:
    """The same bytes less 128, as Cohere and Jina write them."""
    return [byte - 128 for byte in _unsigned_bits(vector)]


ENCODINGS: Mapping[str, Callable[[Vector], Any]] = {
    "float": np.ascontiguousarray,
    "base64": as_base64,
    "ubinary": _unsigned_bits,
    "binary": _signed_bits,
}
"""The APIs' names of how a vector may be written."""
NOT_MADE = ("int8", "uint8")
"""They want a scale that was fitted to the encoder's numbers."""


def check_encoding(name: str, key: str) -> str:
    """The name. Raises InvalidRequest for one that is not in ENCODINGS."""
    if name in ENCODINGS:
        return name
    reason = ", which wants a scale of its own for each encoder" if name in NOT_MADE else ""
    raise InvalidRequest(f"$.{key}: must be one of {', '.join(ENCODINGS)}, not {name}{reason}")


NUMBERS_SCHEMA = {"type": "array", "items": {"type": "number"}}
VECTOR_SCHEMA = {"anyOf": [NUMBERS_SCHEMA, {"type": "string", "contentEncoding": "base64"}]}
