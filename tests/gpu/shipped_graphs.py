"""The shipped model's float graph with its weights as floats, so that fp16 and others follow."""

from pathlib import Path

import numpy as np
import onnx

from sidecar.runtime.manifest import Graph, Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.workshop.model.quantizing.fp16_rewrite import to_fp16
from sidecar.workshop.model.quantizing.graph_view import remove_unused
from sidecar.workshop.model.weights import WeightFile, open_graph, read_tensor
from tests.gpu.device_int8 import block_int8, row_int8

VARIANTS = ("fp32", "fp16", "int8 w8a8", "int8 weights")


def shipped_graph(folder: Path, name: str) -> Graph:
    """A graph of the shipped model for a device, written to `folder` if it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    shipped = Manifest.read(shipped_model()).graphs["float"]
    file = f"shipped.{name.replace(' ', '-')}.onnx"
    graph = shipped.model_copy(update={"file": file, "session_config": {}})
    if (folder / file).exists():
        return graph
    with WeightFile.create(folder, f"{file}.bin") as weights:
        if name == "fp32":
            source = shipped_model()
            model = as_floats(open_graph(source / shipped.file), source, weights)
        else:
            source_graph = shipped_graph(folder, "fp32" if name == "fp16" else "fp16")
            rewrite = {"fp16": to_fp16, "int8 w8a8": row_int8, "int8 weights": block_int8}[name]
            model = rewrite(open_graph(folder / source_graph.file), folder, weights)
    (folder / file).write_bytes(model.SerializeToString())
    return graph


def as_floats(model: onnx.ModelProto, folder: Path, weights: WeightFile) -> onnx.ModelProto:
    """The graph with each DequantizeLinear of a constant carried out; all tensors in `weights`."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    nodes = []
    for node in result.graph.node:
        if node.op_type != "DequantizeLinear" or node.input[0] not in tensors:
            nodes.append(node)
            continue
        whole, scale = (read_tensor(tensors[name], folder) for name in node.input[:2])
        values = whole.astype(np.float32) * scale  # per column, or per tensor; zero points are 0
        result.graph.initializer.append(weights.put(node.output[0], values))
    del result.graph.node[:]
    result.graph.node.extend(nodes)
    remove_unused(result)
    for tensor in result.graph.initializer:
        if tensor.name in tensors:
            tensor.CopyFrom(weights.put(tensor.name, read_tensor(tensors[tensor.name], folder)))
    return result
