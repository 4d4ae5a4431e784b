"""A float graph in fp16, with float32 where fp16 would cost the answer.

Float32 stay: what LayerNormalization and RMS norms compute (squares overflow, an epsilon vanishes),
attention scores from their product to the softmax (the mask's smallest float would be infinite),
the angles of rotary positions (fp16 has no odd integers above 2048), what becomes a whole number
(buckets of distances), and everything behind the last norm: pooling and the logit head. A decoder's
residual stream stays too, for the same reason. Inputs and logits keep their types.

`emulated` writes the same graph for a CPU, which has no fp16 kernels and would compute most of it
in float32: each value that would be fp16 is rounded to fp16, and computed in float32.
"""

from collections.abc import Callable, Collection, Iterable
from pathlib import Path

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper

from sidecar.workshop.model.weights import WeightFile, read_tensor

FP16, FP32 = TensorProto.FLOAT16, TensorProto.FLOAT
MAX_FP16 = 65504.0
PRODUCTS = frozenset({"MatMul", "Gemm"})
HALVES = PRODUCTS | frozenset(
    "Add Sub Mul Div Neg Erf Tanh Sigmoid Relu Gelu Gather Transpose Reshape Concat Split Slice "
    "Squeeze Unsqueeze Expand Flatten Identity".split()
)
"""Operators that may run in fp16; all others stay float32."""
NORMS = frozenset({"LayerNormalization", "RMSNormalization", "SimplifiedLayerNormalization"})
ANGLES = frozenset({"Cos", "Sin"})
STEPS = frozenset({"Floor", "Ceil", "Round", "Sign", "Less", "LessOrEqual", "Greater"})
STATISTICS = frozenset({"Pow", "ReduceMean", "Sqrt", "Reciprocal"})
"""Parts of a norm that an exporter took apart; what reads them stays float32 as well."""


def to_fp16(
    model: onnx.ModelProto,
    folder: Path,
    weights: WeightFile,
    *,
    emulated: bool = False,
    also: Collection[str] = (),
) -> onnx.ModelProto:
    """The graph, whose tensors lie in `folder`, in fp16, its fp16 tensors in `weights`.

    `also` names operators that may run in fp16 beside HALVES: those of one device alone, which
    tests/gpu tries.
    """
    halves = HALVES.union(also)
    result = onnx.ModelProto()
    result.CopyFrom(model)
    floats = _floats(model)
    kept = _stay_float32(model, floats)
    writer = _Writer(model, folder, weights, emulated)
    for node in model.graph.node:
        copy = NodeProto()
        copy.CopyFrom(node)
        as_half = node.op_type in halves and node.output[0] not in kept and node.output[0] in floats
        for place, name in enumerate(node.input):
            if name in floats:
                copy.input[place] = writer.read(name, as_half)
        writer.add(copy, as_half)
    writer.finish(output.name for output in model.graph.output)
    del result.graph.node[:]
    result.graph.node.extend(writer.nodes)
    used = {name for node in writer.nodes for name in node.input}
    kept_tensors = [t for t in model.graph.initializer if t.name in used]
    del result.graph.initializer[:]
    result.graph.initializer.extend([*kept_tensors, *writer.tensors])
    del result.graph.value_info[:]
    return result


def _floats(model: onnx.ModelProto) -> set[str]:
    """Names of the float32 values, by onnx's own inference."""
    graph = onnx.shape_inference.infer_shapes(model).graph
    values = [*graph.value_info, *graph.input, *graph.output]
    named = {value.name for value in values if value.type.tensor_type.elem_type == FP32}
    return named | {tensor.name for tensor in graph.initializer if tensor.data_type == FP32}


def _stay_float32(model: onnx.ModelProto, floats: set[str]) -> set[str]:
    """First outputs of the nodes that are not to be fp16; see the module's text."""
    producer = {name: node for node in model.graph.node for name in node.output if name in floats}
    constants = {tensor.name for tensor in model.graph.initializer}

    def layer(node: NodeProto) -> bool:
        return node.op_type in NORMS or (node.op_type == "MatMul" and node.input[1] in constants)

    kept = set(_upstream((o.name for o in model.graph.output), producer, layer))
    for node in model.graph.node:
        if node.op_type == "Softmax":
            kept |= _upstream(node.input, producer, lambda node: node.op_type in PRODUCTS)
        elif node.op_type in ANGLES or _to_integer(node):
            kept |= _upstream(node.input, producer, lambda node: False)
        if any(i in producer and producer[i].op_type in STATISTICS for i in node.input):
            kept.add(node.output[0])
    return kept


def _to_integer(node: NodeProto) -> bool:
    """Whether a rounding could make it another whole number, such as a bucket of distances."""
    return node.op_type in STEPS or any(
        attribute.name == "to" and attribute.i not in (FP16, FP32) for attribute in node.attribute
    )


def _upstream(
    names: Iterable[str], producer: dict[str, NodeProto], stop: Callable[[NodeProto], bool]
) -> set[str]:
    """First outputs of the nodes that the values come from, up to those where it stops."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        node = producer.get(waiting.pop())
        if node is None or node.output[0] in found or stop(node):
            continue
        found.add(node.output[0])
        waiting += node.input
    return found


class _Writer:
    """Collects nodes, casts between the two types, and the tensors in fp16."""

    def __init__(
        self, model: onnx.ModelProto, folder: Path, weights: WeightFile, emulated: bool
    ) -> None:
        self.nodes: list[NodeProto] = []
        self.tensors: list[TensorProto] = []
        self._constants = {tensor.name: tensor for tensor in model.graph.initializer}
        self._folder = folder
        self._weights = weights
        self._emulated = emulated
        self._halves: set[str] = set()
        self._casts: dict[tuple[str, bool], str] = {}

    def read(self, name: str, as_half: bool) -> str:
        """The name under which the value can be read in that type."""
        if (name in self._halves) == as_half or (self._emulated and not as_half):
            return name
        if (name, as_half) not in self._casts:
            other = f"{name}_{'fp16' if as_half else 'fp32'}"
            self._casts[name, as_half] = other
            if name in self._constants:
                self._tensor(name, other)
            elif self._emulated:
                self._round(name, other)
            else:
                self._cast(name, other, FP16 if as_half else FP32)
        return self._casts[name, as_half]

    def add(self, node: NodeProto, as_half: bool) -> None:
        self.nodes.append(node)
        if not as_half:
            return
        self._halves.update(node.output)
        if self._emulated:
            for place, name in enumerate(node.output):
                node.output[place] = f"{name}_exact"
                self._round(f"{name}_exact", name)

    def finish(self, outputs: Iterable[str]) -> None:
        """The graph's outputs are never fp16: their whole way from the last layer is not."""
        if found := self._halves.intersection(outputs):
            raise ValueError(f"fp16 outputs: {sorted(found)}")

    def _tensor(self, name: str, other: str) -> None:
        values = np.clip(read_tensor(self._constants[name], self._folder), -MAX_FP16, MAX_FP16)
        rounded = values.astype(np.float16)
        if self._emulated:
            rounded = rounded.astype(np.float32)
        self.tensors.append(self._weights.put(other, rounded))

    def _round(self, name: str, other: str) -> None:
        self._cast(name, f"{other}_rounded", FP16)
        self._cast(f"{other}_rounded", other, FP32)

    def _cast(self, name: str, other: str, kind: int) -> None:
        self.nodes.append(helper.make_node("Cast", [name], [other], name=f"{other}/Cast", to=kind))
