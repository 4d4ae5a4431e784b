"""Named arrays as bytes, between a service and its worker processes. Pure.

A message is the length of its head, the head as JSON, and the arrays one after another. The head
has either the arrays' names, types and shapes, or a fault's type and words. It holds no pickle: a
worker whose memory a model has spoilt can send numbers and no code.
"""

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sidecar.runtime.session import Tensors

LENGTH_BYTES = 4


class RemoteFault(Exception):
    """What the other side raised."""

    def __init__(self, kind: str, words: str) -> None:
        super().__init__(words)
        self.kind = kind
        """The name of its type."""
        self.words = words


def pack(tensors: Tensors) -> bytes:
    """The arrays as a message. Raises ValueError for arrays of objects."""
    parts = {name: np.asarray(tensor, order="C") for name, tensor in tensors.items()}
    if any(part.dtype.hasobject for part in parts.values()):
        raise ValueError("objects are no tensors")
    head = [[name, part.dtype.str, part.shape] for name, part in parts.items()]
    return b"".join([_head({"tensors": head}), *(part.tobytes() for part in parts.values())])


def pack_fault(fault: BaseException) -> bytes:
    """A fault as a message."""
    return _head({"kind": type(fault).__name__, "words": str(fault)})


def unpack(message: bytes) -> dict[str, NDArray[Any]]:
    """The arrays of a message. Raises RemoteFault if it is a fault's."""
    start = LENGTH_BYTES + int.from_bytes(message[:LENGTH_BYTES])
    head = json.loads(message[LENGTH_BYTES:start])
    if "kind" in head:
        raise RemoteFault(head["kind"], head["words"])
    tensors = {}
    for name, code, shape in head["tensors"]:
        kind, count = np.dtype(code), math.prod(shape)
        flat = np.frombuffer(message, kind, count, start)
        tensors[name] = flat.reshape(shape)
        start += count * kind.itemsize
    return tensors


def _head(head: Mapping[str, Any]) -> bytes:
    raw = json.dumps(head).encode()
    return len(raw).to_bytes(LENGTH_BYTES) + raw
