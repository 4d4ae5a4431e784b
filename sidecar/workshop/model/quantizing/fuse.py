"""Attention of an encoder as one operator, for a graph that runs one unpadded pair at a time.

The exporter writes attention in a way that onnxruntime does not fuse by itself: three transposes,
two products, a scale, a mask, a softmax, and the arithmetic of their shapes. Where the pattern is
found it becomes com.microsoft's MultiHeadAttention. Its CPU kernel goes over the keys in blocks
and never writes the scores of all pairs of tokens (FlashAttention, Dao et al., 2022), unless it is
given a mask. A pair that is alone has no padding, so its mask adds zeros: that is proven for each
mask, by what it depends on and by computing it, before it is left out. Whatever does not match
stays as it was: other families, relative positions, sliding windows.

                     softmax(scale * Q K' + mask) V   ->   MultiHeadAttention(Q, K, V)
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import NodeProto, helper

from sidecar.workshop.model.quantizing.graph_view import GraphView, attributes, remove_unused

CONTRIB = "com.microsoft"
MASK_LENGTHS = (2, 3, 17)
"""Lengths, beside the model's own limit, at which a mask has to be zero."""
BY_HEAD = [0, 2, 1, 3]
"""Transposes [pair, token, head, channel] to [pair, head, token, channel], and back."""
BY_HEAD_TURNED = [0, 2, 3, 1]


@dataclass(frozen=True)
class Attention:
    """One attention of a graph, by the names of its tensors."""

    query: str
    key: str
    value: str
    heads: int
    scale: float
    mask: str
    """What is added to the scores."""
    reshape: NodeProto
    """The node that gives the result."""


def fuse_attention(model: onnx.ModelProto, folder: Path, longest: int) -> onnx.ModelProto | None:
    """A copy of the float graph, whose weights lie in `folder`, with every attention that matches
    as one operator and without its mask; None when none matches.

    It is only right for runs of one unpadded pair, of at most `longest` tokens.
    """
    view = GraphView(model)
    found = [one for node in model.graph.node if (one := _attention(view, node)) is not None]
    zero = {mask: _is_zero(view, mask, folder, longest) for mask in {one.mask for one in found}}
    fused = {one.reshape.output[0]: one for one in found if zero[one.mask]}
    if not fused:
        return None
    result = onnx.ModelProto()
    result.CopyFrom(model)
    del result.graph.node[:]
    for node in model.graph.node:
        one = fused.get(node.output[0])
        result.graph.node.append(node if one is None else _operator(one))
    if CONTRIB not in {opset.domain for opset in result.opset_import}:
        result.opset_import.append(helper.make_opsetid(CONTRIB, 1))
    remove_unused(result)
    return result


def _operator(one: Attention) -> NodeProto:
    return helper.make_node(
        "MultiHeadAttention",
        [one.query, one.key, one.value],
        [one.reshape.output[0]],
        f"{one.reshape.output[0]}/MultiHeadAttention",
        domain=CONTRIB,
        num_heads=one.heads,
        scale=one.scale,
    )


def _attention(view: GraphView, softmax: NodeProto) -> Attention | None:
    """The attention around a softmax; None where anything is not as it should be."""
    if softmax.op_type != "Softmax" or attributes(softmax).get("axis") not in (-1, 3):
        return None
    if (scores := _scores(view, softmax.input[0])) is None:
        return None
    product, scale, mask = scores
    weighted = view.only_reader(softmax, "MatMul")
    turned = weighted and view.only_reader(weighted, "Transpose")
    reshape = turned and view.only_reader(turned, "Reshape")
    if weighted is None or turned is None or reshape is None:
        return None
    if weighted.input[0] != softmax.output[0] or attributes(turned)["perm"] != BY_HEAD:
        return None
    query = _split(view, product.input[0], BY_HEAD)
    key = _split(view, product.input[1], BY_HEAD_TURNED)
    value = _split(view, weighted.input[1], BY_HEAD)
    if query is None or key is None or value is None or len({query[1], key[1], value[1]}) > 1:
        return None
    result = view.shape(reshape.input[1])
    if len(result) != 3 or result[2] not in (-1, view.columns(value[0])):
        return None
    return Attention(query[0], key[0], value[0], query[1], scale, mask, reshape)


def _scores(view: GraphView, name: str) -> tuple[NodeProto, float, str] | None:
    """(the product Q K', scale, mask) of scale * Q K' + mask; both orders of the sum."""
    if (added := view.made_by(name, "Add")) is None:
        return None
    for scores, mask in (added.input, reversed(added.input)):
        if (scaled := _scaled(view, scores)) is not None:
            return *scaled, mask
    return None


def _scaled(view: GraphView, name: str) -> tuple[NodeProto, float] | None:
    """(the product, the constant) of a product times a constant, in both orders, or through one."""
    if (node := view.made_by(name, "Mul", "Div")) is None:
        return None
    for product, factor in (node.input, reversed(node.input)):
        made, value = view.made_by(product, "MatMul"), view.constant(factor)
        if made is not None and value is not None and value.size == 1:
            scale = float(value.reshape(-1)[0])
            if node.op_type == "Mul":
                return made, scale
            return (made, 1 / scale) if product == node.input[0] else None
    return None


def _split(view: GraphView, name: str, order: list[int]) -> tuple[str, int] | None:
    """(the projection [pair, token, channel], its heads) of a tensor that is split by head."""
    turned = view.made_by(name, "Transpose")
    if turned is None or attributes(turned)["perm"] != order:
        return None
    split = view.made_by(turned.input[0], "Reshape")
    columns = split and view.columns(split.input[0])
    if split is None or columns is None:
        return None
    shape = view.shape(split.input[1])
    size = shape[3] if len(shape) == 4 else None
    if size is None or size < 1 or columns % size or shape[2] not in (-1, columns // size):
        return None
    return split.input[0], columns // size


def _is_zero(view: GraphView, mask: str, folder: Path, longest: int) -> bool:
    """Whether the mask is zero for every unpadded pair: no value but those of attention_mask goes
    into it (of other tensors only their shapes), and with ones there it is zero at some lengths.

    The longest is one of them: a window's mask is zero at every length that fits into it. At 8,192
    tokens that is a mask of 0.27 GB, once.
    """
    if not _values(view, mask) <= {"attention_mask"}:
        return False
    alone = onnx.ModelProto()
    alone.CopyFrom(view.model)
    del alone.graph.output[:]
    alone.graph.output.append(helper.make_tensor_value_info(mask, onnx.TensorProto.FLOAT, None))
    remove_unused(alone)
    path = folder / "mask.onnx"
    path.write_bytes(alone.SerializeToString())
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    names = [item.name for item in session.get_inputs()]
    zero = True
    for length in (*MASK_LENGTHS, longest):
        ones = np.ones((1, length), np.int64)
        found = session.run([mask], {name: ones for name in names})[0]
        zero = zero and not found.any()
    path.unlink()
    return zero


def _values(view: GraphView, name: str) -> set[str]:
    """The graph's inputs whose values go into a tensor; those of which it has the shape do not."""
    open_, seen, found = [name], set[str](), set[str]()
    inputs = {item.name for item in view.model.graph.input}
    while open_:
        name = open_.pop()
        if name in seen:
            continue
        seen.add(name)
        node = view.maker.get(name)
        if name in inputs:
            found.add(name)
        elif node is not None and node.op_type != "Shape":
            open_ += [item for item in node.input if item]
    return found
