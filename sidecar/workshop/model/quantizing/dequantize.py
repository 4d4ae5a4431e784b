"""A graph's weights as floats, by the network's names: the inverse of `store_int8`."""

import numpy as np
import onnx
from onnx import numpy_helper

from sidecar.workshop.model.weights import Array


def float_weights(model: onnx.ModelProto) -> dict[str, Array]:
    """Each weight of a float graph whose tensors are in memory, as the graph computes with it.

    Linear layers are [in, out], as MatMul reads them. An int8 weight comes back rounded; the
    factors of a smoothed activation are divided out of its rows.
    """
    tensors = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    smoothings = _smoothings(model.graph)
    floats = {name: values for name, values in tensors.items() if values.dtype == np.float32}
    for tensor_name, values in tensors.items():
        name = tensor_name.removesuffix("_quantized")
        if name == tensor_name:
            continue
        floats[name] = values.astype(np.float32) * tensors[f"{name}_scale"]
        if name in smoothings:
            floats[name] = floats[name] * tensors[smoothings[name]][:, None]
    return floats


def _smoothings(graph: onnx.GraphProto) -> dict[str, str]:
    """int8 weight -> the tensor by which its activation is multiplied first."""
    producers = {node.output[0]: node for node in graph.node}
    smoothings = {}
    for node in graph.node:
        if node.op_type != "MatMul":
            continue
        activation, weight = (producers.get(name) for name in node.input)
        if activation is None or weight is None or weight.op_type != "DequantizeLinear":
            continue
        if activation.op_type == "Mul" and activation.input[1].endswith("_smoothing"):
            smoothings[weight.input[0].removesuffix("_quantized")] = activation.input[1]
    return smoothings
