"""A float graph's products in int8, with the operators that onnxruntime has kernels for on CUDA.

    row_int8     weights and activations: MatMulInteger of int8 by int8, which is all that CUDA has
                 (DynamicQuantizeLinear and unsigned activations would go to the CPU)
    block_int8   weights alone: MatMulNBits of 8 bits, one scale per block of inputs of a column

`row_int8` takes one scale per row of activations, that is per token:

    q = round(x / s), s = max|x| / 127        y = (q @ w) * s * t, t = max|column of W| / 127

So a pair's score depends on no other pair of its run, unlike that of the int8 graph for CPUs, and
its runs may be padded batches. Both also run on a CPU, which is how they are proven without a GPU.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper, numpy_helper

from sidecar.workshop.model.quantizing.fuse import CONTRIB
from sidecar.workshop.model.quantizing.graph_view import remove_unused
from sidecar.workshop.model.weights import Array, WeightFile, read_tensor

LEVELS = 127
BLOCK = 32
"""Inputs of a column that share a scale: the only size of MatMulNBits' fused kernel in a wheel."""
HEAD = 2
"""A product of at most so many columns gives logits and stays float."""
MIN_ROW_MAX = {TensorProto.FLOAT: 1e-12, TensorProto.FLOAT16: 2.0**-7}
"""Lower bound of a row's max|x|: no scale is 0, or in fp16 a subnormal number."""
FLOATS = tuple(MIN_ROW_MAX)


def row_int8(model: onnx.ModelProto, folder: Path, weights: WeightFile) -> onnx.ModelProto:
    """The graph, whose tensors lie in `folder`, with its constant products as int8 by int8.

    The int8 weights and their scales go to `weights`, in the same folder. Of fp16 and fp32 graphs.
    """
    done: set[str] = set()

    def write(node: NodeProto, weight: Array, kind: int) -> Iterator[NodeProto]:
        name, activation, out = node.input[1], node.input[0], node.output[0]
        if activation not in done:
            done.add(activation)
            yield from _quantised(activation, kind)
        yield _node("MatMulInteger", [f"{activation}_int8", f"{name}_int8"], f"{out}_int32")
        yield _node("Cast", [f"{out}_int32"], f"{out}_whole", to=TensorProto.FLOAT)
        yield _node("Mul", [f"{out}_whole", f"{name}_column_scale"], f"{out}_columns")
        scaled = out if kind == TensorProto.FLOAT else f"{out}_float"
        yield _node("Mul", [f"{out}_columns", f"{activation}_row_scale"], scaled)
        if scaled != out:
            yield _node("Cast", [scaled], out, to=kind)

    def store(name: str, weight: Array, kind: int) -> Iterator[TensorProto]:
        scales = np.maximum(np.abs(weight).max(0), 1e-12).astype(np.float32) / np.float32(LEVELS)
        yield weights.put(f"{name}_int8", np.rint(weight / scales).astype(np.int8))
        yield weights.put(f"{name}_column_scale", scales)

    result = _rewritten(model, folder, write, store)
    used = {name for node in result.graph.node for name in node.input}
    for kind, low in MIN_ROW_MAX.items():
        scalar = helper.tensor_dtype_to_np_dtype(kind).type
        for name, value in ((_min_row_max(kind), scalar(low)), (_step(kind), scalar(1 / LEVELS))):
            if name in used:
                result.graph.initializer.append(numpy_helper.from_array(np.array(value), name))
    return result


def _min_row_max(kind: int) -> str:
    return f"row_int8_least_{kind}"


def _step(kind: int) -> str:
    return f"row_int8_step_{kind}"


def _quantised(activation: str, kind: int) -> Iterator[NodeProto]:
    """The rows in int8, and each one's scale as float32 [..., 1]."""
    yield _node("Abs", [activation], f"{activation}_abs")
    yield _node("ReduceMax", [f"{activation}_abs"], f"{activation}_top", axes=[-1], keepdims=1)
    yield _node("Max", [f"{activation}_top", _min_row_max(kind)], f"{activation}_most")
    scale = f"{activation}_row_scale"
    own = scale if kind == TensorProto.FLOAT else f"{scale}_own"
    yield _node("Mul", [f"{activation}_most", _step(kind)], own)
    if own != scale:
        yield _node("Cast", [own], scale, to=TensorProto.FLOAT)
    yield _node("Div", [activation, own], f"{activation}_steps")
    yield _node("Round", [f"{activation}_steps"], f"{activation}_rounded")
    yield _node("Cast", [f"{activation}_rounded"], f"{activation}_int8", to=TensorProto.INT8)


def block_int8(model: onnx.ModelProto, folder: Path, weights: WeightFile) -> onnx.ModelProto:
    """The graph with its constant products' weights in int8, activations as they were."""

    def write(node: NodeProto, weight: Array, kind: int) -> Iterator[NodeProto]:
        inputs, columns = weight.shape
        name = node.input[1]
        yield _node(
            "MatMulNBits",
            [node.input[0], f"{name}_blocks", f"{name}_block_scale"],
            node.output[0],
            domain=CONTRIB,
            K=inputs,
            N=columns,
            bits=8,
            block_size=BLOCK,
        )

    def store(name: str, weight: Array, kind: int) -> Iterator[TensorProto]:
        inputs, columns = weight.shape
        padded = np.pad(weight.astype(np.float32), ((0, -inputs % BLOCK), (0, 0)))
        blocks = padded.T.reshape(columns, -1, BLOCK)
        exact = helper.tensor_dtype_to_np_dtype(kind)
        scales = (np.abs(blocks).max(-1, keepdims=True) / LEVELS).astype(exact)
        scales = np.maximum(scales, np.finfo(exact).smallest_subnormal)  # a block of zeros
        middle = LEVELS + 1  # the operator's own zero point
        whole = np.clip(np.rint(blocks / scales.astype(np.float32)), -middle, LEVELS) + middle
        yield weights.put(f"{name}_blocks", whole.astype(np.uint8))
        yield weights.put(f"{name}_block_scale", scales.reshape(columns, -1))

    result = _rewritten(model, folder, write, store)
    if all(known.domain != CONTRIB for known in result.opset_import):
        result.opset_import.append(helper.make_opsetid(CONTRIB, 1))
    return result


Write = Callable[[NodeProto, Array, int], Iterator[NodeProto]]
Store = Callable[[str, Array, int], Iterator[TensorProto]]


def _rewritten(model: onnx.ModelProto, folder: Path, write: Write, store: Store) -> onnx.ModelProto:
    """A copy with each product by a constant matrix written by `write`, the matrix by `store`.

    Both get the weight [inputs, columns] and its type.
    """
    result = onnx.ModelProto()
    result.CopyFrom(model)
    matrices = {
        tensor.name: tensor
        for tensor in model.graph.initializer
        if tensor.data_type in FLOATS and len(tensor.dims) == 2 and tensor.dims[1] > HEAD
    }
    nodes: list[NodeProto] = []
    stored: set[str] = set()
    for node in model.graph.node:
        if node.op_type != "MatMul" or node.input[1] not in matrices:
            nodes.append(node)
            continue
        tensor = matrices[node.input[1]]
        weight = read_tensor(tensor, folder)
        if tensor.name not in stored:
            stored.add(tensor.name)
            result.graph.initializer.extend(store(tensor.name, weight, tensor.data_type))
        nodes += write(node, weight, tensor.data_type)
    del result.graph.node[:]
    result.graph.node.extend(nodes)
    remove_unused(result)
    del result.graph.value_info[:]
    return result


def _node(kind: str, inputs: list[str], output: str, **given: Any) -> NodeProto:
    return helper.make_node(kind, inputs, [output], f"{output}/{kind}", **given)
