"""A graph's weights as floats again, by the network's names: the way back from `store_int8`."""

import numpy as np
import onnx
from onnx import numpy_helper

from sidecar.workshop.model.weights import Array


def float_weights(model: onnx.ModelProto) -> dict[str, Array]:
    """Each weight of a float graph whose tensors are in memory, as the graph computes with it.

    Linear layers lie as MatMul reads them, [in, out]. An int8 weight is what was left of it; what
    its rows hold of a smoothed activation's factors is taken out.
    """
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in model.graph.initializer}
    smoothings = _smoothings(model.graph)
    floats = {name: values for name, values in stored.items() if values.dtype == np.float32}
    for part, values in stored.items():
        name = part.removesuffix("_quantized")
        if name == part:
            continue
        floats[name] = values.astype(np.float32) * stored[f"{name}_scale"]
        if name in smoothings:
            floats[name] = floats[name] * stored[smoothings[name]][:, None]
    return floats


def _smoothings(graph: onnx.GraphProto) -> dict[str, str]:
    """int8 weight -> what the activation that it is multiplied with is multiplied by before."""
    made = {node.output[0]: node for node in graph.node}
    found = {}
    for node in graph.node:
        if node.op_type != "MatMul":
            continue
        activation, weight = (made.get(name) for name in node.input)
        if activation is None or weight is None or weight.op_type != "DequantizeLinear":
            continue
        if activation.op_type == "Mul" and activation.input[1].endswith("_smoothing"):
            found[weight.input[0].removesuffix("_quantized")] = activation.input[1]
    return found
