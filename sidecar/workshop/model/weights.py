"""A graph's tensors, read one at a time from where they lie, and several graphs' in one file.

A graph is loaded without its external data, so a model larger than memory can be rewritten: only
one tensor is held at a time.
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
    """The graph without its external tensors' data. Raises ModelError when it is none."""
    try:
        return onnx.load(path, load_external_data=False)
    except Exception as fault:  # protobuf's own classes, by version
        raise ModelError(f"{path} is not an ONNX graph: {fault}") from None


def graph_files(graph: Graph, folder: Path) -> set[str]:
    """The files that the graph lies in: its own, and those with its weights."""
    tensors = open_graph(folder / graph.file).graph.initializer
    external = [t for t in tensors if t.data_location == TensorProto.EXTERNAL]
    return {graph.file, *(str(ExternalDataInfo(tensor).location) for tensor in external)}


def read_tensor(tensor: TensorProto, folder: Path) -> Array:
    """The tensor's values; those in a file are mapped, not copied."""
    if tensor.data_location != TensorProto.EXTERNAL:
        return numpy_helper.to_array(tensor)
    place = ExternalDataInfo(tensor)
    return np.memmap(
        folder / place.location,
        dtype=helper.tensor_dtype_to_np_dtype(tensor.data_type),
        mode="r",
        offset=place.offset or 0,
        shape=tuple(tensor.dims),
    )


@dataclass(frozen=True)
class WeightFile:
    """A file of tensors in a folder, written from its start to its end."""

    name: str
    stream: BinaryIO

    @classmethod
    @contextmanager
    def create(cls, folder: Path, name: str) -> "Iterator[WeightFile]":
        """A new file in `folder`; one of its name may be linked from elsewhere and stays there."""
        (folder / name).unlink(missing_ok=True)
        with (folder / name).open("wb") as stream:
            yield cls(name, stream)

    def put(self, name: str, values: Array) -> TensorProto:
        """Writes the values and returns the tensor that refers to them."""
        tensor = TensorProto(name=name, dims=values.shape)
        tensor.data_type = helper.np_dtype_to_tensor_dtype(values.dtype)
        if values.nbytes < INLINE:
            tensor.raw_data = values.tobytes()
            return tensor
        self.stream.write(bytes(-self.stream.tell() % ALIGNMENT))
        offset = self.stream.tell()
        # Not `tofile`: on a full disk that raises an OSError without the errno that says so.
        self.stream.write(np.ascontiguousarray(values).reshape(-1).view(np.uint8).data)
        tensor.data_location = TensorProto.EXTERNAL
        entries = {"location": self.name, "offset": offset, "length": values.nbytes}
        for key, value in entries.items():
            tensor.external_data.add(key=key, value=str(value))
        return tensor


def write_shared(
    models: Mapping[str, onnx.ModelProto], source: Path, target: Path, file: str
) -> None:
    """Writes the graphs, whose tensors lie in `source`, to `target` with one weight file.

    A tensor that several graphs have by the same name lies there once. Raises ValueError when
    they disagree on its values.
    """
    known: dict[str, tuple[TensorProto, TensorProto]] = {}
    with WeightFile.create(target, file) as weights:
        for model in models.values():
            for tensor in _tensors(model):
                if tensor.name not in known:
                    old = TensorProto()
                    old.CopyFrom(tensor)
                    known[tensor.name] = (old, weights.put(tensor.name, read_tensor(old, source)))
                elif not _same(known[tensor.name][0], tensor, source):
                    raise ValueError(f"two graphs disagree on the weights {tensor.name}")
                tensor.CopyFrom(known[tensor.name][1])
    for name, model in models.items():
        path = target / name
        path.unlink(missing_ok=True)  # not into a file that is linked from elsewhere
        path.write_bytes(model.SerializeToString(deterministic=True))
        onnx.checker.check_model(path)


def _tensors(model: onnx.ModelProto) -> Iterator[TensorProto]:
    """The graph's initializers that it uses; the others are removed first."""
    used = {name for node in model.graph.node for name in node.input}
    for tensor in [t for t in model.graph.initializer if t.name not in used]:
        model.graph.initializer.remove(tensor)
    yield from model.graph.initializer


def _same(one: TensorProto, other: TensorProto, folder: Path) -> bool:
    if one.SerializeToString(deterministic=True) == other.SerializeToString(deterministic=True):
        return True
    return np.array_equal(read_tensor(one, folder), read_tensor(other, folder))
