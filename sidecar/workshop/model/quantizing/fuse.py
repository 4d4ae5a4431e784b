"""Attention of an encoder as one operator, for a graph that runs one unpadded pair at a time.

The exporter writes attention in a form that onnxruntime does not fuse: three transposes, two
products, a scale, a mask, a softmax, and the arithmetic of their shapes. Where the pattern matches
it becomes com.microsoft's MultiHeadAttention. Without a mask its CPU kernel goes over the keys in
blocks and never writes the scores of all pairs of tokens (FlashAttention, Dao et al., 2022). An
input pair that runs alone has no padding, so its mask adds zeros, or keeps its two texts apart:
then each text has an operator of its own. That is proven for each mask (`attention_masks`) before
it is dropped. Whatever does not match is left unchanged: other architectures, relative positions,
sliding windows.

    softmax(scale * Q K' + mask) V   ->   MultiHeadAttention(Q, K, V)
                                     or   Concat(MultiHeadAttention(Q1, K1, V1),
                                                 MultiHeadAttention(Q2, K2, V2))
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import onnx
from onnx import NodeProto, helper, numpy_helper

from sidecar.workshop.model.quantizing.attention_masks import (
    SEGMENTS,
    mask_is_zero,
    mask_separates_texts,
)
from sidecar.workshop.model.quantizing.graph_view import GraphView, attributes, remove_unused

CONTRIB = "com.microsoft"
LENGTHS = "text_lengths"
"""Name of the tensor with the tokens of the pair's two texts."""
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
    """A copy of the float graph with each attention that matches as one operator without a mask, or
    as one for each of the pair's texts.

    None when none matches. The copy is correct only for runs of one unpadded pair of at most
    `max_tokens` tokens, those of token type 0 first. The graph's weights lie in `folder`.
    """
    view = GraphView(model)
    matches = [_match_attention(view, node) for node in model.graph.node]
    attentions = [attention for attention in matches if attention is not None]
    masks = {attention.mask for attention in attentions}
    zero_masks = {mask for mask in masks if mask_is_zero(view, mask, folder, max_tokens)}
    separating_masks = {
        mask for mask in masks - zero_masks if mask_separates_texts(view, mask, folder, max_tokens)
    }
    by_output = {
        attention.reshape.output[0]: attention
        for attention in attentions
        if attention.mask in zero_masks | separating_masks
    }
    if not by_output:
        return None
    result = onnx.ModelProto()
    result.CopyFrom(model)
    del result.graph.node[:]
    if separating_masks:
        for name, number in (("pair_index", 0), ("axis", 1)):
            tensor = numpy_helper.from_array(np.array([number]), f"{LENGTHS}_{name}")
            result.graph.initializer.append(tensor)
        result.graph.node.extend(_text_lengths())
    for node in model.graph.node:
        attention = by_output.get(node.output[0])
        if attention is None:
            result.graph.node.append(node)
        elif attention.mask in zero_masks:
            inputs = (attention.query, attention.key, attention.value)
            result.graph.node.append(_operator(attention, inputs, node.output[0]))
        else:
            result.graph.node.extend(_operators_by_text(attention, node.output[0]))
    if CONTRIB not in {opset.domain for opset in result.opset_import}:
        result.opset_import.append(helper.make_opsetid(CONTRIB, 1))
    remove_unused(result)
    return result


def _operator(attention: Attention, inputs: tuple[str, str, str], output: str) -> NodeProto:
    return helper.make_node(
        "MultiHeadAttention",
        inputs,
        [output],
        f"{output}/MultiHeadAttention",
        domain=CONTRIB,
        num_heads=attention.heads,
        scale=attention.scale,
    )


def _operators_by_text(attention: Attention, output: str) -> Iterator[NodeProto]:
    """Nodes that split query, key and value where the second text begins, and join the results."""
    parts: list[tuple[str, str]] = []
    for role, name in (("q", attention.query), ("k", attention.key), ("v", attention.value)):
        halves = (f"{output}_{role}_first", f"{output}_{role}_second")
        parts.append(halves)
        yield helper.make_node("Split", [name, LENGTHS], halves, f"{halves[0]}/Split", axis=1)
    (first_query, second_query), (first_key, second_key), (first_value, second_value) = parts
    results = (f"{output}_first", f"{output}_second")
    yield _operator(attention, (first_query, first_key, first_value), results[0])
    yield _operator(attention, (second_query, second_key, second_value), results[1])
    yield helper.make_node("Concat", results, [output], f"{output}/Concat", axis=1)


def _text_lengths() -> list[NodeProto]:
    """Nodes that count the tokens of the run's first and second text: LENGTHS, [2].

    In a run of several pairs, which only `check` makes to see what company would change, they are
    those of the first pair.
    """
    pair, first, second, both = (
        f"{LENGTHS}_{part}" for part in ("pair", "first", "second", "both")
    )
    return [
        helper.make_node("Gather", [SEGMENTS, f"{LENGTHS}_pair_index"], [pair], axis=0),
        helper.make_node("ReduceSum", [pair, f"{LENGTHS}_axis"], [second], keepdims=0),
        helper.make_node("Shape", [SEGMENTS], [both], start=1),
        helper.make_node("Sub", [both, second], [first]),
        helper.make_node("Concat", [first, second], [LENGTHS], axis=0),
    ]


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
