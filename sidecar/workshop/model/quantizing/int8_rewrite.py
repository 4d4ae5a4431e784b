"""One float graph becomes two over the same int8 weights: an int8 graph and a float graph.

The int8 graph quantises each activation at run time (DynamicQuantizeLinear and MatMulInteger, the
nodes that onnxruntime's own quantiser writes and fuses at load). It is for CPUs and one pair per
run. The float graph converts each weight back to floats (DequantizeLinear), which onnxruntime does
once, at load. It is for everything else, and for padded batches.

Weights are signed, with one scale per output column: unsigned ones were measured 5 to 12 times
slower on CPUs with AMX. Embeddings have one scale per row. Only a MatMul by a constant and a Gather
from a table are rewritten; a Gemm (a BERT classification head) and a logit head of one or two
columns stay float. Activations may be smoothed before they are multiplied (`smooth.py`): the
weights then contain the factors, and both graphs divide the activations by them.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper

from sidecar.workshop.model.weights import Array, WeightFile, read_tensor

MIN_EMBEDDING_ROWS = 256
"""An embedding table with fewer rows stays float."""
MAX_HEAD_COLUMNS = 2
"""A MatMul with at most this many columns is a logit head and stays float."""
EMBEDDINGS = "embeddings"
"""Name of the group of all embedding tables."""


@dataclass(frozen=True)
class WeightGroup:
    """Weights that are quantised together or not at all: they read the same activation."""

    name: str
    weights: tuple[str, ...]
    activation: str = ""
    """The activation that they are multiplied with; empty where one of them has another as well."""


@dataclass(frozen=True)
class Quantizable:
    """The weights of a graph that can be int8, and how its nodes use them."""

    groups: tuple[WeightGroup, ...]
    transposed: dict[str, str]
    """A weight [out, in] that only a Transpose reads -> the name that MatMul reads."""


def find_quantizable(model: onnx.ModelProto) -> Quantizable:
    """The weights of the graph that can be int8, in groups."""
    floats = {
        tensor.name: tuple(tensor.dims)
        for tensor in model.graph.initializer
        if tensor.data_type == TensorProto.FLOAT and len(tensor.dims) == 2
    }
    readers: dict[str, list[tuple[NodeProto, int]]] = defaultdict(list)
    for node in model.graph.node:
        for input_index, name in enumerate(node.input):
            readers[name].append((node, input_index))
    transposed = {
        node.input[0]: node.output[0]
        for node in model.graph.node
        if node.op_type == "Transpose"
        and node.input[0] in floats
        and len(readers[node.input[0]]) == 1
    }
    groups: dict[str, list[str]] = {}
    repeated: set[str] = set()
    for name, shape in floats.items():
        uses = readers[transposed.get(name, name)]
        uses_as = {(node.op_type, input_index) for node, input_index in uses}
        columns = shape[0] if name in transposed else shape[1]
        if uses_as == {("MatMul", 1)} and columns > MAX_HEAD_COLUMNS:
            groups.setdefault(uses[0][0].input[0], []).append(name)
            repeated |= {uses[0][0].input[0]} if len(uses) > 1 else set()
        elif uses_as == {("Gather", 0)} and shape[0] >= MIN_EMBEDDING_ROWS and not _by_column(uses):
            groups.setdefault(EMBEDDINGS, []).append(name)
    weight_groups = [
        WeightGroup(EMBEDDINGS, tuple(names))
        if key == EMBEDDINGS
        else WeightGroup(names[0], tuple(names), "" if key in repeated else key)
        for key, names in groups.items()
    ]
    return Quantizable(tuple(weight_groups), transposed)


def _by_column(uses: list[tuple[NodeProto, int]]) -> bool:
    return any(a.name == "axis" and a.i not in (0, -2) for node, _ in uses for a in node.attribute)


def store_int8(
    model: onnx.ModelProto,
    quantizable: Quantizable,
    folder: Path,
    weights: WeightFile,
    factors: Mapping[str, Array],
) -> dict[str, TensorProto]:
    """Writes every quantizable weight as int8: name -> tensor of "NAME_quantized", "NAME_scale"
    and, for a MatMul's, "NAME_zero_point".

    `factors` are those of each smoothed activation, one per channel: rows of the weights that it is
    multiplied with are multiplied by them, and "ACTIVATION_smoothing" holds their reciprocals.
    """
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    written = {}
    for group in quantizable.groups:
        factor = factors.get(group.activation)
        if factor is not None:
            name = f"{group.activation}_smoothing"
            written[name] = weights.put(name, np.reciprocal(factor))
        for name in group.weights:
            values = read_tensor(tensors[name], folder)
            if factor is not None:
                values = values * (factor if name in quantizable.transposed else factor[:, None])
            for part, array in _int8(values, group.name, name in quantizable.transposed).items():
                written[f"{name}_{part}"] = weights.put(f"{name}_{part}", array)
    return written


def _int8(values: Array, group: str, transposed: bool) -> dict[str, Array]:
    if group == EMBEDDINGS:
        scales = np.maximum(np.abs(values).max(1, keepdims=True), 1e-12).astype(np.float32) / 127
        return {"quantized": np.rint(values / scales).astype(np.int8), "scale": scales}
    values = values.T if transposed else values
    scales = np.maximum(np.abs(values).max(0), 1e-12).astype(np.float32) / np.float32(127)
    return {
        "quantized": np.rint(values / scales).astype(np.int8),
        "scale": scales,
        "zero_point": np.zeros(len(scales), np.int8),
    }


def with_int8(
    model: onnx.ModelProto,
    quantizable: Quantizable,
    tensors: dict[str, TensorProto],
    quantized: Collection[str],
    integer: Collection[str],
) -> onnx.ModelProto:
    """A copy of the graph with the weights of the groups in `quantized` as int8 `tensors`.

    Groups in `integer` are multiplied as integers, with each activation quantised at run time; the
    other quantised ones become floats again before they are used. Embeddings are only looked up.
    """
    result = onnx.ModelProto()
    result.CopyFrom(model)
    weights = {
        name for group in quantizable.groups if group.name in quantized for name in group.weights
    }
    transposed = {
        quantizable.transposed[name]: name for name in weights if name in quantizable.transposed
    }
    weight_of = {**{name: name for name in weights}, **transposed}
    writer = _Writer(
        {w for group in quantizable.groups if group.name in integer for w in group.weights},
        {
            group.activation
            for group in quantizable.groups
            if f"{group.activation}_smoothing" in tensors
        },
    )
    for node in result.graph.node:
        if node.op_type == "Transpose" and node.output[0] in transposed:
            continue
        weight = next((weight_of[name] for name in node.input if name in weight_of), None)
        if weight is None:
            writer.nodes.append(node)
        elif node.op_type == "Gather":
            writer.gather(node, weight)
        else:
            writer.matmul(node, weight)
    for tensor in [t for t in result.graph.initializer if t.name in weights]:
        result.graph.initializer.remove(tensor)
    used = {name for node in writer.nodes for name in node.input}
    result.graph.initializer.extend(tensors[name] for name in tensors if name in used)
    del result.graph.node[:]
    result.graph.node.extend(writer.nodes)
    return result


class _Writer:
    """Collects the nodes of the new graph, in order."""

    def __init__(self, integer: set[str], smoothed: set[str]) -> None:
        """`integer`: weights that are multiplied as integers; `smoothed`: activations."""
        self.nodes: list[NodeProto] = []
        self._integer_weights = integer
        self._smoothed_activations = smoothed
        self._made: set[str] = set()
        self._smoothing_made: set[str] = set()

    def gather(self, node: NodeProto, table: str) -> None:
        """A lookup of int8 rows, which are scaled after they are gathered."""
        out, rows = node.output[0], node.input[1]
        self._add("Gather", [f"{table}_quantized", rows], f"{out}_int8")
        self._add("Gather", [f"{table}_scale", rows], f"{out}_scale")
        self._add("Cast", [f"{out}_int8"], f"{out}_cast", to=TensorProto.FLOAT)
        self._add("Mul", [f"{out}_cast", f"{out}_scale"], out)

    def matmul(self, node: NodeProto, weight: str) -> None:
        """A product by an int8 weight, in integers or in floats."""
        parts = [f"{weight}_{part}" for part in ("quantized", "scale", "zero_point")]
        activation, out = self._smooth(node.input[0]), node.output[0]
        node.input[0] = activation
        if weight not in self._integer_weights:
            if node.input[1] not in self._made:
                self._made.add(node.input[1])
                self._add("DequantizeLinear", parts, node.input[1], axis=1)
            self.nodes.append(node)
            return
        values, scale, zero = (f"{activation}_{part}" for part in ("u8", "u8_scale", "u8_zero"))
        if activation not in self._made:
            self._made.add(activation)
            self.nodes.append(
                helper.make_node("DynamicQuantizeLinear", [activation], [values, scale, zero])
            )
        self._add("MatMulInteger", [values, parts[0], zero, parts[2]], f"{out}_int32")
        self._add("Cast", [f"{out}_int32"], f"{out}_float", to=TensorProto.FLOAT)
        self._add("Mul", [scale, parts[1]], f"{out}_scales")
        self._add("Mul", [f"{out}_float", f"{out}_scales"], out)

    def _smooth(self, activation: str) -> str:
        """The name of the activation after smoothing, where it is smoothed."""
        if activation not in self._smoothed_activations:
            return activation
        smooth = f"{activation}_smooth"
        if smooth not in self._smoothing_made:
            self._smoothing_made.add(smooth)
            self._add("Mul", [activation, f"{activation}_smoothing"], smooth)
        return smooth

    def _add(self, op_type: str, inputs: list[str], output: str, **attributes: int) -> None:
        node = helper.make_node(op_type, inputs, [output], f"{output}/{op_type}")
        node.attribute.extend(helper.make_attribute(key, n) for key, n in attributes.items())
        self.nodes.append(node)
