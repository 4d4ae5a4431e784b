"""The ONNX graphs of a model as users of other libraries export them. Extra `build`."""

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
from sidecar.workshop.model.pretrained import architecture_of, open_network, read_config

OPSET = 17


class _Output(nn.Module):
    """The network with positional inputs and one output, as optimum exports it."""

    def __init__(self, network: nn.Module, inputs: tuple[str, ...], output: str) -> None:
        super().__init__()
        self.network = network
        self._inputs = inputs
        self._output = output

    def forward(self, *values: Tensor) -> Tensor:
        named = dict(zip(self._inputs, values, strict=True))
        value: Tensor = getattr(self.network(**named), self._output)
        return value


def architecture(source: Path) -> str:
    """The class name of a folder's network. Raises ModelError when it is no cross-encoder."""
    name = architecture_of(read_config(source))
    if not accepts(name, source):
        raise ModelError(f"{source}: {name or 'no architecture'} is not a cross-encoder")
    return name


def write_fp32(source: Path, file: Path, inputs: tuple[str, ...]) -> None:
    """Writes a Hugging Face folder's float32 graph. Raises ModelError if it is no cross-encoder."""
    network = open_network(getattr(transformers, architecture(source)), source)
    _write(network, file, inputs, "logits", {0: "batch"})


def write_states(source: Path, file: Path, inputs: tuple[str, ...]) -> None:
    """Writes the float32 graph of a sentence encoder's network: its last states, unpooled. Raises
    ModelError if the weights cannot be read."""
    name = architecture_of(read_config(source))
    network = open_network(getattr(transformers, name), source)
    _write(network, file, inputs, "last_hidden_state", {0: "batch", 1: "sequence"})


def _write(
    network: nn.Module, file: Path, inputs: tuple[str, ...], output: str, axes: dict[int, str]
) -> None:
    example = {name: torch.ones(2, 8, dtype=torch.int64) for name in inputs}
    example["token_type_ids"] = torch.zeros(2, 8, dtype=torch.int64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of the deprecated tracer
        torch.onnx.export(
            _Output(network, inputs, output).eval(),
            tuple(example[name] for name in inputs),
            file,
            dynamo=False,
            input_names=list(inputs),
            output_names=[output],
            opset_version=OPSET,
            dynamic_axes={
                **{name: {0: "batch", 1: "sequence"} for name in inputs},
                output: axes,
            },
        )
    onnx.checker.check_model(file)


def write_int8(fp32: Path, file: Path) -> None:
    """onnxruntime's own dynamic quantisation: every matrix, per channel, signed weights."""
    logging.disable(logging.WARNING)  # it recommends a preprocessing step that few users take
    try:
        quantize_dynamic(fp32, file, per_channel=True, weight_type=QuantType.QInt8)
    finally:
        logging.disable(logging.NOTSET)
