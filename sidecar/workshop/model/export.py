"""A Checkpoint's network to one fp32 ONNX graph, with its weights in a file of their own.

The exporter writes the graph without its weights, which are then streamed from the network's memory
into the weight file one by one. So a model is never in memory twice, only the weight file grows
with it, and the graph stays below protobuf's limit of 2 GB.
"""

import tempfile
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray

from sidecar.workshop.model.checkpoint import Checkpoint
from sidecar.workshop.model.graphs import FP32, GRAPHS
from sidecar.workshop.model.weights import WeightFile

FP32_FILE, WEIGHTS = GRAPHS[FP32].file, "weights.bin"
OPSET = 17
"""The first opset in which LayerNormalization is one node."""

LOGITS = {"logits": {0: "batch"}}
VECTORS = {"vectors": {0: "batch"}, "token_vectors": {0: "batch", 1: "sequence"}}
"""A graph's outputs by kind of model, with the axes whose sizes vary."""


def weight_bytes(checkpoint: Checkpoint) -> int:
    """Bytes of the network's weights in float32: about the size of its weight file."""
    return sum(weight.nbytes for weight in checkpoint.network.parameters())


def write_graph(
    checkpoint: Checkpoint, folder: Path, advance: Callable[[int], object] = lambda written: None
) -> None:
    """Writes `model.fp32.onnx` and `weights.bin` into `folder`.

    `advance` is called with the bytes of each weight written. Weights are named as in the network;
    those of a linear layer are stored transposed, [in, out], as MatMul reads them.
    """
    model = _trace(checkpoint, folder)
    transposed = _take_transposes(model)
    with (folder / WEIGHTS).open("wb") as stream:
        file = WeightFile(WEIGHTS, stream)
        for name, value in _weights(checkpoint, model):
            array = np.ascontiguousarray(value.T if name in transposed else value)
            model.graph.initializer.append(file.put(name, array))
            advance(array.nbytes)
    inputs = [item for item in model.graph.input if item.name in checkpoint.inputs]
    del model.graph.input[:]
    model.graph.input.extend(inputs)
    (folder / FP32_FILE).write_bytes(model.SerializeToString(deterministic=True))
    onnx.checker.check_model(folder / FP32_FILE)


def _trace(checkpoint: Checkpoint, folder: Path) -> onnx.ModelProto:
    """The network's graph with dynamic batch and sequence, its weights as named inputs.

    Uses the tracing exporter: onnxruntime fuses its form of attention and layer normalisation. The
    two example rows differ in length, so that no branch of the network sees "no padding" and omits
    the mask.
    """
    ids = torch.full((2, 12), 5)
    mask = torch.ones_like(ids)
    mask[1, :5] = 0 if checkpoint.padding.side == "left" else 1
    mask[1, 7:] = 0 if checkpoint.padding.side == "right" else 1
    example = {"input_ids": ids, "attention_mask": mask, "token_type_ids": torch.zeros_like(ids)}
    outputs = LOGITS if checkpoint.encoding is None else VECTORS
    with warnings.catch_warnings(), tempfile.TemporaryDirectory(dir=folder) as scratch:
        file = Path(scratch, "graph.onnx")
        warnings.simplefilter("ignore")  # the exporter warns of its own deprecation
        torch.onnx.export(
            checkpoint.network,
            tuple(example[name] for name in checkpoint.inputs),
            file,
            dynamo=False,
            export_params=False,
            do_constant_folding=False,  # a folded constant would be a weight without a name
            input_names=list(checkpoint.inputs),
            output_names=list(outputs),
            opset_version=OPSET,
            dynamic_axes={
                **{name: {0: "batch", 1: "sequence"} for name in checkpoint.inputs},
                **outputs,
            },
        )
        return onnx.load(file)


def _take_transposes(model: onnx.ModelProto) -> set[str]:
    """Removes the Transpose of weights that are only read transposed; returns their names."""
    used = Counter(name for node in model.graph.node for name in node.input)
    weights = {item.name for item in model.graph.input}
    renamed, nodes = {}, []
    for node in model.graph.node:
        weight = node.input[0] if node.op_type == "Transpose" else ""
        if weight in weights and used[weight] == 1 and len(node.attribute[0].ints) == 2:
            renamed[node.output[0]] = weight
        else:
            nodes.append(node)
    for node in nodes:
        for i, name in enumerate(node.input):
            node.input[i] = renamed.get(name, name)
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    return set(renamed.values())


def _weights(
    checkpoint: Checkpoint, model: onnx.ModelProto
) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """The network's tensors that the graph reads, by name and in the graph's order."""
    tensors = dict(checkpoint.network.named_parameters(remove_duplicate=False))
    tensors |= dict(checkpoint.network.named_buffers(remove_duplicate=False))
    for item in model.graph.input:
        if item.name not in checkpoint.inputs:
            yield item.name, tensors[item.name].detach().numpy()
