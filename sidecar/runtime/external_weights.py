"""Which files a graph reads its weights from, beside its own: without parsing all of it.

ONNX keeps them as `StringStringEntryProto` (onnx.proto3): the key "location" and the path, which is
field 2: the byte 0x12, its length as a varint, and its bytes.
"""

import mmap
from collections.abc import Iterable, Iterator
from pathlib import Path

VALUE = b"\x12"
LONGEST_PATH = 4096
"""Linux takes no longer one."""


def read_by(graph: Path, files: Iterable[Path]) -> Iterator[Path]:
    """Those of the files whose names end a path in the graph."""
    if not graph.stat().st_size:  # cannot be mapped, and the runtime says that it is no graph
        return
    with graph.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        yield from (each for each in files if _ends_a_value(data, each.name.encode()))


def _ends_a_value(data: mmap.mmap, name: bytes) -> bool:
    place = data.find(name)
    while place >= 0:
        end = place + len(name)
        before = data[max(0, end - LONGEST_PATH) : end]
        if any(
            before.endswith(_head(length), 0, len(before) - length)
            for length in range(len(name), len(before))
        ):
            return True
        place = data.find(name, place + 1)
    return False


def _head(length: int) -> bytes:
    """The field's number and length."""
    low, high = length & 0x7F, length >> 7
    return VALUE + (bytes([low | 0x80, high]) if high else bytes([low]))
