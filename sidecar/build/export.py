"""Checkpoint to one float ONNX graph with dynamic batch and sequence."""

import tempfile
import warnings
from pathlib import Path

import onnx
import torch

from sidecar.build.network import CrossEncoder

INPUTS = ("input_ids", "attention_mask", "token_type_ids")
OPSET = 17


def float_graph(checkpoint: Path) -> onnx.ModelProto:
    """The network as ONNX: eager attention and the legacy exporter, which onnxruntime fuses best.

    The weight of a linear layer is named as in the network, so that it can be found again.
    """
    network = CrossEncoder.open(checkpoint)
    example = (torch.full((2, 12), 5), torch.ones(2, 12).long(), torch.ones(2, 12).long())
    with warnings.catch_warnings(), tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch, "float.onnx")
        warnings.simplefilter("ignore")  # the legacy exporter and its tracer warn of themselves
        torch.onnx.export(
            network,
            example,
            file,
            dynamo=False,
            input_names=list(INPUTS),
            output_names=["logits"],
            opset_version=OPSET,
            do_constant_folding=True,
            dynamic_axes={
                **{name: {0: "batch", 1: "sequence"} for name in INPUTS},
                "logits": {0: "batch"},
            },
        )
        model = onnx.load(file)
    _name_weights(model)
    return model


def _name_weights(model: onnx.ModelProto) -> None:
    """`onnx::MatMul_1234` becomes `encoder.layer.0.output.dense.weight` (transposed: [in, out])."""
    names = {}
    constants = {tensor.name for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] in constants:
            names[node.input[1]] = (
                node.name.strip("/").replace("/MatMul", ".weight").replace("/", ".")
            )
    for tensor in model.graph.initializer:
        tensor.name = names.get(tensor.name, tensor.name)
    for node in model.graph.node:
        for i, name in enumerate(node.input):
            node.input[i] = names.get(name, name)
