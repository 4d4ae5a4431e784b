"""The ONNX graphs that other libraries' users would make of a cross-encoder. Extra `build`."""

import logging
import warnings
from pathlib import Path

import onnx
import torch
import transformers
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import Tensor, nn

from sidecar.errors import ModelError
from sidecar.workshop.model.families.cross_encoder import accepts
from sidecar.workshop.model.pretrained import open_network, read_config

OPSET = 17


class _Logits(nn.Module):
    """The network by position, with logits of shape [batch, 1] as optimum's exporter gives them."""

    def __init__(self, network: nn.Module, inputs: tuple[str, ...]) -> None:
        super().__init__()
        self.network = network
        self._inputs = inputs

    def forward(self, *values: Tensor) -> Tensor:
        named = dict(zip(self._inputs, values, strict=True))
        logits: Tensor = self.network(**named).logits
        return logits


def architecture(source: Path) -> str:
    """The name of a folder's network. Raises ModelError when it is no cross-encoder."""
    found = (read_config(source).get("architectures") or [""])[0]
    if not accepts(found):
        raise ModelError(f"{source}: {found or 'no architecture'} is not a cross-encoder")
    return found


def write_fp32(source: Path, file: Path, inputs: tuple[str, ...]) -> None:
    """The graph of a Hugging Face folder. Raises ModelError when it is no cross-encoder."""
    network = open_network(getattr(transformers, architecture(source)), source)
    example = {name: torch.ones(2, 8, dtype=torch.int64) for name in inputs}
    example["token_type_ids"] = torch.zeros(2, 8, dtype=torch.int64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the tracer warns of itself
        torch.onnx.export(
            _Logits(network, inputs).eval(),
            tuple(example[name] for name in inputs),
            file,
            dynamo=False,
            input_names=list(inputs),
            output_names=["logits"],
            opset_version=OPSET,
            dynamic_axes={
                **{name: {0: "batch", 1: "sequence"} for name in inputs},
                "logits": {0: "batch"},
            },
        )
    onnx.checker.check_model(file)


def write_int8(fp32: Path, file: Path) -> None:
    """onnxruntime's own dynamic quantisation: every matrix, per channel, signed weights."""
    logging.disable(logging.WARNING)  # it asks for a preprocessing that few do
    try:
        quantize_dynamic(fp32, file, per_channel=True, weight_type=QuantType.QInt8)
    finally:
        logging.disable(logging.NOTSET)
