"""What an attention mask does to a pair that runs alone, proven from its part of the graph.

A mask may be dropped only where it is known to do nothing, or to do what another operator does. So
it is looked up on which inputs it depends, and it is computed at several lengths.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import helper

from sidecar.workshop.model.quantizing.graph_view import GraphView, remove_unused
from sidecar.workshop.model.weights import Array

PADDING, SEGMENTS = "attention_mask", "token_type_ids"
"""Names of a graph's inputs."""
LENGTHS = (2, 3, 17)
"""Lengths, besides the model's own limit, at which a mask is computed."""
HIDDEN = -1e9
"""What is added to a score to hide a token, at most: its softmax is then exactly 0."""


def mask_is_zero(view: GraphView, mask: str, folder: Path, max_tokens: int) -> bool:
    """Whether the mask is zero for every unpadded pair.

    That is so when it depends on no values but attention_mask's (on other inputs only through their
    shapes), and is zero for masks of ones at several lengths. `max_tokens` must be among them: a
    sliding window's mask is zero at every length that fits into the window. At 8,192 tokens the
    mask takes 0.27 GB, once.
    """
    if not _input_values(view, mask) <= {PADDING}:
        return False
    segments = (np.zeros((1, length), np.int64) for length in (*LENGTHS, max_tokens))
    return not any(value.any() for _, value in _computed(view, mask, folder, segments))


def mask_separates_texts(view: GraphView, mask: str, folder: Path, max_tokens: int) -> bool:
    """Whether for every unpadded pair, token type 0 first, the mask hides each text from the other
    and nothing else.

    That is so when it depends on the values of attention_mask and token_type_ids alone, and does so
    at several lengths and places of the border.
    """
    if not _input_values(view, mask) <= {PADDING, SEGMENTS}:
        return False
    segments = (
        (np.arange(length) >= border).astype(np.int64)[None]
        for length in (*LENGTHS, max_tokens)
        for border in sorted({1, length // 2, length - 1})
    )
    return all(_separates(row, value) for row, value in _computed(view, mask, folder, segments))


def _separates(segments: Array, value: Array) -> bool:
    length = segments.shape[1]
    if value.shape[-2:] != (length, length):
        return False
    apart = np.broadcast_to(segments != segments.T, value.shape)
    return not value[~apart].any() and bool((value[apart] <= HIDDEN).all())


def _computed(
    view: GraphView, mask: str, folder: Path, segments: Iterator[Array]
) -> Iterator[tuple[Array, Array]]:
    """(token types [1, tokens], the mask of an unpadded pair of them)."""
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
    path.unlink()
    names = [item.name for item in session.get_inputs()]
    for row in segments:
        inputs = {name: row if name == SEGMENTS else np.ones_like(row) for name in names}
        yield row, session.run([mask], inputs)[0]


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
