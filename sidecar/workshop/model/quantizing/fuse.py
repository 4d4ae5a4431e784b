"""Attention of an encoder as one operator, for a graph that runs one unpadded pair at a time.

The exporter writes attention in a form that onnxruntime does not fuse: three transposes, two
products, a scale, a mask, a softmax, and the arithmetic of their shapes. Where the pattern matches
it becomes com.microsoft's MultiHeadAttention. Without a mask its CPU kernel goes over the keys in
blocks and never writes the scores of all pairs of tokens (FlashAttention, Dao et al., 2022). An
input pair that runs alone has no padding, so its mask adds zeros. That is proven for each mask,
from what it depends on and by computing it, before the mask is dropped. Whatever does not match is
left unchanged: other architectures, relative positions, sliding windows.

                     softmax(scale * Q K' + mask) V   ->   MultiHeadAttention(Q, K, V)
"""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx
import onnxruntime
from onnx import NodeProto, helper

from sidecar.workshop.model.quantizing.graph_view import GraphView, attributes, remove_unused

CONTRIB = "com.microsoft"
MASK_LENGTHS = (2, 3, 17)
"""Lengths, besides the model's own limit, at which a mask must be zero."""
BY_HEAD = [0, 2, 1, 3]
"""Transposes [pair, token, head, channel] to [pair, head, token, channel], and back."""
BY_HEAD_TRANSPOSED = [0, 2, 3, 1]
"""Transposes [pair, token, head, channel] to [pair, head, channel, token]."""


class Projection(NamedTuple):
    """A tensor [pair, token, channel] that is split by head."""

    name: str
    heads: int


@dataclass(frozen=True)
class Attention:
    """One attention of a graph, by the names of its tensors."""

    query: str
    key: str
    value: str
    heads: int
    scale: float
    mask: str
    """The tensor that is added to the scores."""
    reshape: NodeProto
    """The node that makes the result."""


def fuse_attention(model: onnx.ModelProto, folder: Path, max_tokens: int) -> onnx.ModelProto | None:
    """A copy of the float graph with each attention that matches as one operator without a mask.

    None when none matches. The copy is correct only for runs of one unpadded pair of at most
    `max_tokens` tokens. The graph's weights lie in `folder`.
    """
    view = GraphView(model)
    matches = [_match_attention(view, node) for node in model.graph.node]
    attentions = [attention for attention in matches if attention is not None]
    masks = {attention.mask for attention in attentions}
    zero_masks = {mask for mask in masks if _mask_is_zero(view, mask, folder, max_tokens)}
    by_output = {
        attention.reshape.output[0]: attention
        for attention in attentions
        if attention.mask in zero_masks
    }
    if not by_output:
        return None
    result = onnx.ModelProto()
    result.CopyFrom(model)
    del result.graph.node[:]
    for node in model.graph.node:
        attention = by_output.get(node.output[0])
        result.graph.node.append(node if attention is None else _operator(attention))
    if CONTRIB not in {opset.domain for opset in result.opset_import}:
        result.opset_import.append(helper.make_opsetid(CONTRIB, 1))
    remove_unused(result)
    return result


def _operator(attention: Attention) -> NodeProto:
    return helper.make_node(
        "MultiHeadAttention",
        [attention.query, attention.key, attention.value],
        [attention.reshape.output[0]],
        f"{attention.reshape.output[0]}/MultiHeadAttention",
        domain=CONTRIB,
        num_heads=attention.heads,
        scale=attention.scale,
    )


def _match_attention(view: GraphView, softmax: NodeProto) -> Attention | None:
    """The attention around a softmax; None where the pattern does not match."""
    if softmax.op_type != "Softmax" or attributes(softmax).get("axis") not in (-1, 3):
        return None
    if (scores := _match_scores(view, softmax.input[0])) is None:
        return None
    product, scale, mask = scores
    weighted = view.only_consumer(softmax, "MatMul")
    transposed = weighted and view.only_consumer(weighted, "Transpose")
    reshape = transposed and view.only_consumer(transposed, "Reshape")
    if weighted is None or transposed is None or reshape is None:
        return None
    if weighted.input[0] != softmax.output[0] or attributes(transposed)["perm"] != BY_HEAD:
        return None
    query = _match_split(view, product.input[0], BY_HEAD)
    key = _match_split(view, product.input[1], BY_HEAD_TRANSPOSED)
    value = _match_split(view, weighted.input[1], BY_HEAD)
    if (
        query is None
        or key is None
        or value is None
        or len({query.heads, key.heads, value.heads}) > 1
    ):
        return None
    result = view.shape(reshape.input[1])
    if len(result) != 3 or result[2] not in (-1, view.columns(value.name)):
        return None
    return Attention(query.name, key.name, value.name, query.heads, scale, mask, reshape)


def _match_scores(view: GraphView, name: str) -> tuple[NodeProto, float, str] | None:
    """(the node of Q K', scale, mask) of scale * Q K' + mask, in either order of the sum."""
    if (added := view.producer(name, "Add")) is None:
        return None
    for scores, mask in (added.input, reversed(added.input)):
        if (scaled := _match_scaled(view, scores)) is not None:
            return *scaled, mask
    return None


def _match_scaled(view: GraphView, name: str) -> tuple[NodeProto, float] | None:
    """(the MatMul, scale) of a product that is multiplied or divided by a constant."""
    if (node := view.producer(name, "Mul", "Div")) is None:
        return None
    for product, factor in (node.input, reversed(node.input)):
        matmul, value = view.producer(product, "MatMul"), view.constant(factor)
        if matmul is not None and value is not None and value.size == 1:
            scale = float(value.reshape(-1)[0])
            if node.op_type == "Mul":
                return matmul, scale
            return (matmul, 1 / scale) if product == node.input[0] else None
    return None


def _match_split(view: GraphView, name: str, order: list[int]) -> Projection | None:
    """The projection behind a tensor that was split by head and transposed to `order`."""
    transposed = view.producer(name, "Transpose")
    if transposed is None or attributes(transposed)["perm"] != order:
        return None
    split = view.producer(transposed.input[0], "Reshape")
    columns = split and view.columns(split.input[0])
    if split is None or columns is None:
        return None
    shape = view.shape(split.input[1])
    size = shape[3] if len(shape) == 4 else None
    if size is None or size < 1 or columns % size or shape[2] not in (-1, columns // size):
        return None
    return Projection(split.input[0], columns // size)


def _mask_is_zero(view: GraphView, mask: str, folder: Path, max_tokens: int) -> bool:
    """Whether the mask is zero for every unpadded pair.

    That is so when it depends on no values but attention_mask's (on other inputs only through their
    shapes), and is zero for masks of ones at several lengths. `max_tokens` must be among them: a
    sliding window's mask is zero at every length that fits into the window. At 8,192 tokens the
    mask takes 0.27 GB, once.
    """
    if not _input_values(view, mask) <= {"attention_mask"}:
        return False
    mask_graph = onnx.ModelProto()
    mask_graph.CopyFrom(view.model)
    del mask_graph.graph.output[:]
    mask_graph.graph.output.append(
        helper.make_tensor_value_info(mask, onnx.TensorProto.FLOAT, None)
    )
    remove_unused(mask_graph)
    path = folder / "mask.onnx"
    path.write_bytes(mask_graph.SerializeToString())
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [item.name for item in session.get_inputs()]
    is_zero = True
    for length in (*MASK_LENGTHS, max_tokens):
        ones = np.ones((1, length), np.int64)
        value = session.run([mask], {name: ones for name in names})[0]
        is_zero = is_zero and not value.any()
    path.unlink()
    return is_zero


def _input_values(view: GraphView, name: str) -> set[str]:
    """The graph's inputs on whose values a tensor depends; dependence on a shape does not count."""
    pending, seen, inputs_read = [name], set[str](), set[str]()
    inputs = {item.name for item in view.model.graph.input}
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        seen.add(name)
        node = view.producers.get(name)
        if name in inputs:
            inputs_read.add(name)
        elif node is not None and node.op_type != "Shape":
            pending += [item for item in node.input if item]
    return inputs_read
