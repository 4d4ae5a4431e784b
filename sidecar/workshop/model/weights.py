"""A graph's tensors, read one at a time, and weight files shared by several graphs.

A graph is loaded without its external data, so a model larger than memory can be rewritten: only
one tensor is in memory at a time.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnx.external_data_helper import ExternalDataInfo

from sidecar.errors import ModelError
from sidecar.runtime.manifest import Graph

INLINE = 1024
"""Tensors of fewer bytes stay inside the graph."""
ALIGNMENT = 64
Array = NDArray[Any]


def open_graph(path: Path) -> onnx.ModelProto:
    """The graph without the data of external tensors. Raises ModelError when it is none."""
    try:
        return onnx.load(path, load_external_data=False)
    except Exception as fault:  # protobuf's own classes, by version
        raise ModelError(f"{path} is not an ONNX graph: {fault}") from None


def graph_files(graph: Graph, folder: Path) -> set[str]:
    """The graph's own files and its weight files."""
    tensors = [t for file in graph.files for t in open_graph(folder / file).graph.initializer]
    external = [t for t in tensors if t.data_location == TensorProto.EXTERNAL]
    return {*graph.files, *(str(ExternalDataInfo(tensor).location) for tensor in external)}


def read_tensor(tensor: TensorProto, folder: Path) -> Array:
    """The tensor's values; external data is memory-mapped, not copied."""
    if tensor.data_location != TensorProto.EXTERNAL:
        return numpy_helper.to_array(tensor)
    external = ExternalDataInfo(tensor)
    return np.memmap(
        folder / external.location,
        dtype=helper.tensor_dtype_to_np_dtype(tensor.data_type),
        mode="r",
        offset=external.offset or 0,
        shape=tuple(tensor.dims),
    )


@dataclass(frozen=True)
class WeightFile:
    """A file of external tensors, written sequentially."""

    name: str
    stream: BinaryIO

    @classmethod
    @contextmanager
    def create(cls, folder: Path, name: str) -> "Iterator[WeightFile]":
        """A new file. An old one is unlinked, not overwritten: it may be a hard link."""
        (folder / name).unlink(missing_ok=True)
        with (folder / name).open("wb") as stream:
            yield cls(name, stream)

    def put(self, name: str, values: Array) -> TensorProto:
        """Writes the values; returns the tensor that refers to them, or holds small ones itself."""
        tensor = TensorProto(name=name, dims=values.shape)
        tensor.data_type = helper.np_dtype_to_tensor_dtype(values.dtype)
        if values.nbytes < INLINE:
            tensor.raw_data = values.tobytes()
            return tensor
        self.stream.write(bytes(-self.stream.tell() % ALIGNMENT))
        offset = self.stream.tell()
        # Not `tofile`: on a full disk it raises an OSError without an errno.
        self.stream.write(np.ascontiguousarray(values).reshape(-1).view(np.uint8).data)
        tensor.data_location = TensorProto.EXTERNAL
        entries = {"location": self.name, "offset": offset, "length": values.nbytes}
        for key, value in entries.items():
            tensor.external_data.add(key=key, value=str(value))
        return tensor


def write_shared(
    graphs: Mapping[str, onnx.ModelProto], source: Path, target: Path, file: str
) -> None:
    """Writes the graphs, by file name, to `target` with one weight file for all.

    Their tensors are read from `source`. A tensor that several graphs share by name is written
    once. Raises ValueError when they disagree on its values.
    """
    written: dict[str, tuple[TensorProto, TensorProto]] = {}
    with WeightFile.create(target, file) as weights:
        for model in graphs.values():
            for tensor in _tensors(model):
                if tensor.name not in written:
                    original = TensorProto()
                    original.CopyFrom(tensor)
                    written[tensor.name] = (
                        original,
                        weights.put(tensor.name, read_tensor(original, source)),
                    )
                elif not _same(written[tensor.name][0], tensor, source):
                    raise ValueError(f"two graphs disagree on the weights {tensor.name}")
                tensor.CopyFrom(written[tensor.name][1])
    for name, model in graphs.items():
        path = target / name
        path.unlink(missing_ok=True)  # it may be a hard link
        path.write_bytes(model.SerializeToString(deterministic=True))
        onnx.checker.check_model(path)


def _tensors(model: onnx.ModelProto) -> Iterator[TensorProto]:
    """The graph's initializers; unused ones are removed first."""
    used = {name for node in model.graph.node for name in node.input}
    for tensor in [t for t in model.graph.initializer if t.name not in used]:
        model.graph.initializer.remove(tensor)
    yield from model.graph.initializer


def _same(left: TensorProto, right: TensorProto, folder: Path) -> bool:
    if left.SerializeToString(deterministic=True) == right.SerializeToString(deterministic=True):
        return True
    return np.array_equal(read_tensor(left, folder), read_tensor(right, folder))
