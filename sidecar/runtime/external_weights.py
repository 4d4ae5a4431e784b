"""Which files a graph reads its weights from, beside its own: without reading the weights in it.

The fields of onnx.proto3 are followed as a protobuf reader does, with lengths written in any way,
and all that holds no tensor is stepped over. Serving does without the package onnx.
"""

import mmap
from collections.abc import Iterator
from pathlib import Path

Data = mmap.mmap | bytes
PARTS = {
    "model": {7: "graph", 20: "training", 25: "function"},
    "training": {1: "graph", 2: "graph"},
    "graph": {1: "node", 5: "tensor", 15: "sparse"},
    "function": {7: "node", 11: "attribute"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph", 10: "tensor", 11: "graph", 22: "sparse", 23: "sparse"},
    "sparse": {1: "tensor", 2: "tensor"},
    "tensor": {13: "entry"},
}
"""Message -> the number of a field -> the message that it holds."""


def locations(graph: Path) -> set[str]:
    """The paths as they stand in the graph, without what changes nothing in them ("./"). Raises
    ValueError for a file that is no protobuf."""
    if not graph.stat().st_size:  # cannot be mapped, and the runtime says that it is no graph
        return set()
    with graph.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        found, todo = set(), [("model", 0, len(data))]
        while todo:
            kind, start, end = todo.pop()
            if kind == "entry":
                entry = [(number, data[a:b]) for number, a, b in _fields(data, start, end)]
                if (1, b"location") in entry:
                    found |= {_plain(value) for number, value in entry if number == 2}
                continue
            parts = PARTS[kind]
            todo += [(parts[n], a, b) for n, a, b in _fields(data, start, end) if n in parts]
        return found


def _plain(path: bytes) -> str:
    parts = path.decode("utf-8", "replace").split("/")
    return "/".join(part for part in parts if part not in ("", "."))


def _fields(data: Data, place: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Number, start and end of each field that has a length."""
    while place < end:
        tag, place = _varint(data, place, end)
        match tag & 7:
            case 0:
                _, place = _varint(data, place, end)
            case 1:
                place += 8
            case 5:
                place += 4
            case 2:
                length, place = _varint(data, place, end)
                if place + length > end:
                    raise ValueError("it ends within a field")
                yield (tag & 0xFFFFFFFF) >> 3, place, place + length
                place += length
            case _:
                raise ValueError("a field of an unknown kind")


def _varint(data: Data, place: int, end: int) -> tuple[int, int]:
    value = 0
    for shift in range(0, 70, 7):
        if place >= end:
            break
        byte = data[place]
        place += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, place
    raise ValueError("a number without an end")
