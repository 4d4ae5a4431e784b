"""A BERT graph cut into parts, each of which goes on from the states that the one before ends with.

A part reads the run's own inputs too (the mask, say), so what follows from them is in each part.
"""

from collections.abc import Sequence

import onnx
from onnx import TensorProto, helper

from sidecar.errors import ModelError
from sidecar.runtime.exit_session import BEGIN, END
from sidecar.workshop.model.quantizing.graph_view import remove_unused

STATES = helper.make_tensor_type_proto(TensorProto.FLOAT, shape=None)
"""The type of the states between two parts. With a shape, onnxruntime fuses additions with layer
normalisations, which took seven times as long on a CPU and made every part a fifth slower."""


def layer_ends(model: onnx.ModelProto) -> list[str]:
    """The tensors that BERT's layers end with, in order: outputs of its layer normalisations, of
    which one follows the embeddings and two are in each layer.

    Raises ModelError for a graph of another form.
    """
    norms = _normalised(model)
    if len(norms) < 7 or len(norms) % 2 == 0:
        raise ModelError(
            f"this graph has {len(norms)} layer normalisations: exits need BERT's form, with one "
            "after the embeddings and two in each of at least three layers"
        )
    return norms[2::2]


def cut(model: onnx.ModelProto, ends: Sequence[str]) -> list[onnx.ModelProto]:
    """The model's parts: up to the first of `ends`, from there to the next, and so on.

    Each part but the last has the output END alone, each but the first the input BEGIN. Weights are
    not copied: tensors with external data still name their file.

    Raises ModelError where a part would run layers of an earlier one again. To compute the
    embeddings again costs little: a graph may read its run's shape from them.
    """
    layers = set(_normalised(model)[1:])
    parts: list[onnx.ModelProto] = []
    before: set[str] = set()
    for begin, end in zip((None, *ends), (*ends, None), strict=True):
        part = onnx.ModelProto()
        part.CopyFrom(model)
        if begin is not None:
            _begin_at(part.graph, begin)
        if end is not None:
            _end_at(part.graph, end)
        remove_unused(part)
        _remove_unused_inputs(part.graph)
        if before & (normalised := layers & set(_normalised(part))):
            raise ModelError(
                "this graph's head reads states of a layer before an exit, which the part behind "
                "the exit would compute again: exits need a head that reads none of those layers"
            )
        before |= normalised
        parts.append(part)
    return parts


def _normalised(model: onnx.ModelProto) -> list[str]:
    """What the graph's layer normalisations put out, in order."""
    return [node.output[0] for node in model.graph.node if node.op_type == "LayerNormalization"]


def _begin_at(graph: onnx.GraphProto, tensor: str) -> None:
    for node in graph.node:
        for index, name in enumerate(node.input):
            if name == tensor:
                node.input[index] = BEGIN
    graph.input.append(helper.make_value_info(BEGIN, STATES))


def _end_at(graph: onnx.GraphProto, tensor: str) -> None:
    del graph.output[:]
    graph.node.append(helper.make_node("Identity", [tensor], [END]))
    graph.output.append(helper.make_value_info(END, STATES))


def _remove_unused_inputs(graph: onnx.GraphProto) -> None:
    read = {name for node in graph.node for name in node.input}
    kept = [item for item in graph.input if item.name in read]
    del graph.input[:]
    graph.input.extend(kept)
