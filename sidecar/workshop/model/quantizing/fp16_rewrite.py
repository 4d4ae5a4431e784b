"""A float graph in fp16, with float32 where fp16 would cost the answer.

These stay float32: the inside of LayerNormalization and RMS norms (squares overflow, an epsilon
vanishes), attention scores from their product to the softmax (the mask's lowest float would become
infinite), the angles of rotary positions (fp16 has no odd integers above 2048), what becomes an
integer (buckets of distances), and everything after the last norm: pooling and the logit head. So
does a decoder's residual stream. Inputs and logits keep their types.

`emulated` writes the graph for a CPU, which has no fp16 kernels and would compute most of it in
float32 unrounded: each value that would be fp16 is computed in float32 and rounded to fp16.
"""

from collections.abc import Callable, Collection, Iterable
from pathlib import Path

import numpy as np
import onnx
from onnx import NodeProto, TensorProto, helper

from sidecar.workshop.model.weights import WeightFile, read_tensor

FP16, FP32 = TensorProto.FLOAT16, TensorProto.FLOAT
MAX_FP16 = 65504.0
"""The largest finite number of fp16."""
PRODUCTS = frozenset({"MatMul", "Gemm"})
FP16_OPERATORS = PRODUCTS | frozenset(
    "Add Sub Mul Div Neg Erf Tanh Sigmoid Relu Gelu Gather Transpose Reshape Concat Split Slice "
    "Squeeze Unsqueeze Expand Flatten Identity".split()
)
"""Operators that may run in fp16; all others stay float32."""
NORMS = frozenset({"LayerNormalization", "RMSNormalization", "SimplifiedLayerNormalization"})
TRIGONOMETRY = frozenset({"Cos", "Sin"})
ROUNDING = frozenset({"Floor", "Ceil", "Round", "Sign", "Less", "LessOrEqual", "Greater"})
STATISTICS = frozenset({"Pow", "ReduceMean", "Sqrt", "Reciprocal"})
"""Parts of a norm that an exporter decomposed; what reads them stays float32 as well."""


def to_fp16(
    model: onnx.ModelProto,
    folder: Path,
    weights: WeightFile,
    *,
    emulated: bool = False,
    extra_operators: Collection[str] = (),
) -> onnx.ModelProto:
    """The graph in fp16. Its tensors are read from `folder`, the fp16 ones written to `weights`.

    `extra_operators` may run in fp16 besides FP16_OPERATORS: those of one device alone, which
    tests/gpu tries. Raises ValueError when an output of the graph would be fp16.
    """
    fp16_operators = FP16_OPERATORS.union(extra_operators)
    result = onnx.ModelProto()
    result.CopyFrom(model)
    floats = _floats(model)
    float32_outputs = _float32_outputs(model, floats)
    writer = _Writer(model, folder, weights, emulated)
    for node in model.graph.node:
        copy = NodeProto()
        copy.CopyFrom(node)
        in_fp16 = (
            node.op_type in fp16_operators
            and node.output[0] not in float32_outputs
            and node.output[0] in floats
        )
        for input_index, name in enumerate(node.input):
            if name in floats:
                copy.input[input_index] = writer.read(name, in_fp16)
        writer.add(copy, in_fp16)
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
    """Names of the float32 values, by onnx's shape inference."""
    graph = onnx.shape_inference.infer_shapes(model).graph
    values = [*graph.value_info, *graph.input, *graph.output]
    named = {value.name for value in values if value.type.tensor_type.elem_type == FP32}
    return named | {tensor.name for tensor in graph.initializer if tensor.data_type == FP32}


def _float32_outputs(model: onnx.ModelProto, floats: set[str]) -> set[str]:
    """First outputs of the nodes that must not be fp16; see the module's docstring."""
    producers = {name: node for node in model.graph.node for name in node.output if name in floats}
    constants = {tensor.name for tensor in model.graph.initializer}

    def is_layer(node: NodeProto) -> bool:
        return node.op_type in NORMS or (node.op_type == "MatMul" and node.input[1] in constants)

    float32_outputs = set(_upstream((o.name for o in model.graph.output), producers, is_layer))
    for node in model.graph.node:
        if node.op_type == "Softmax":
            float32_outputs |= _upstream(
                node.input, producers, lambda node: node.op_type in PRODUCTS
            )
        elif node.op_type in TRIGONOMETRY or _to_integer(node):
            float32_outputs |= _upstream(node.input, producers, lambda node: False)
        if any(i in producers and producers[i].op_type in STATISTICS for i in node.input):
            float32_outputs.add(node.output[0])
    return float32_outputs


def _to_integer(node: NodeProto) -> bool:
    """Whether rounding could change an integer result, such as a bucket of distances."""
    return node.op_type in ROUNDING or any(
        attribute.name == "to" and attribute.i not in (FP16, FP32) for attribute in node.attribute
    )


def _upstream(
    names: Iterable[str], producers: dict[str, NodeProto], stop: Callable[[NodeProto], bool]
) -> set[str]:
    """First outputs of the nodes that the values depend on, up to where `stop` holds, exclusive."""
    upstream: set[str] = set()
    pending = list(names)
    while pending:
        node = producers.get(pending.pop())
        if node is None or node.output[0] in upstream or stop(node):
            continue
        upstream.add(node.output[0])
        pending += node.input
    return upstream


class _Writer:
    """Collects the nodes, the casts between the two types, and the fp16 tensors."""

    def __init__(
        self, model: onnx.ModelProto, folder: Path, weights: WeightFile, emulated: bool
    ) -> None:
        self.nodes: list[NodeProto] = []
        self.tensors: list[TensorProto] = []
        self._constants = {tensor.name: tensor for tensor in model.graph.initializer}
        self._folder = folder
        self._weights = weights
        self._emulated = emulated
        self._fp16_values: set[str] = set()
        self._casts: dict[tuple[str, bool], str] = {}

    def read(self, name: str, in_fp16: bool) -> str:
        """The name of the value in fp16 or float32; a cast is added where it is missing."""
        if (name in self._fp16_values) == in_fp16 or (self._emulated and not in_fp16):
            return name
        if (name, in_fp16) not in self._casts:
            converted = f"{name}_{'fp16' if in_fp16 else 'fp32'}"
            self._casts[name, in_fp16] = converted
            if name in self._constants:
                self._tensor(name, converted)
            elif self._emulated:
                self._round(name, converted)
            else:
                self._cast(name, converted, FP16 if in_fp16 else FP32)
        return self._casts[name, in_fp16]

    def add(self, node: NodeProto, in_fp16: bool) -> None:
        self.nodes.append(node)
        if not in_fp16:
            return
        self._fp16_values.update(node.output)
        if self._emulated:
            for input_index, name in enumerate(node.output):
                node.output[input_index] = f"{name}_exact"
                self._round(f"{name}_exact", name)

    def finish(self, outputs: Iterable[str]) -> None:
        """Raises ValueError if an output is fp16: everything after the last layer must not be."""
        if faulty := self._fp16_values.intersection(outputs):
            raise ValueError(f"fp16 outputs: {sorted(faulty)}")

    def _tensor(self, name: str, converted: str) -> None:
        values = np.clip(read_tensor(self._constants[name], self._folder), -MAX_FP16, MAX_FP16)
        rounded = values.astype(np.float16)
        if self._emulated:
            rounded = rounded.astype(np.float32)
        self.tensors.append(self._weights.put(converted, rounded))

    def _round(self, name: str, converted: str) -> None:
        self._cast(name, f"{converted}_rounded", FP16)
        self._cast(f"{converted}_rounded", converted, FP32)

    def _cast(self, name: str, converted: str, data_type: int) -> None:
        self.nodes.append(
            helper.make_node("Cast", [name], [converted], name=f"{converted}/Cast", to=data_type)
        )
