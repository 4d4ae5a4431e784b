"""SmoothQuant: an activation's outlier channels are scaled down before it is rounded to integers.

An activation has one scale for all its channels. In trained encoders a few channels are many times
larger than all others (in the model shipped on 2026-11-21 one of 1,536 after a GELU, four of 384
after a layer normalisation), and the scale that holds them leaves few steps for the rest.
SmoothQuant (Xiao et al., 2023, https://arxiv.org/abs/2211.10438) divides each channel by a factor
and multiplies its row of the weights by the same: X W = (X / s) (s W), exact in floats. Here only
outlier channels have a factor, s = max(1, (largest / usual) ** STRENGTH): the other rows
of the weights, whose columns share a scale with them, keep most of their steps.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

from sidecar.runtime.cores import available_cores
from sidecar.runtime.session import Batch
from sidecar.workshop.model.quantizing.int8_rewrite import Quantizable
from sidecar.workshop.model.weights import Array

USUAL_QUANTILE = 0.99
"""The quantile of an activation's channels, by their largest value, that counts as usual."""
OUTLIER_RATIO = 3.0
"""An activation is smoothed when its largest channel is this many times the usual one."""
STRENGTH = 0.7
"""1 reduces an outlier to the usual channel, 0 leaves it. Higher values make the weights coarser:
0, 0.5, 0.7 and 1 gave logits 0.064, 0.032, 0.030 and 0.030 off in integers, and 0.012, 0.019, 0.016
and 0.020 in floats over the same weights (in standard deviations of the logits; the model as in
docs/lab/performance.md: the int8 weights of the model shipped on 2026-11-21, as floats again)."""


def smoothing_factors(
    model: onnx.ModelProto, quantizable: Quantizable, folder: Path, batches: Iterable[Batch]
) -> dict[str, Array]:
    """The factors [channels] of each activation with outlier channels.

    `model` is the fp32 graph, whose weights lie in `folder`; it runs on the batches.
    """
    shapes = {tensor.name: tensor.dims for tensor in model.graph.initializer}
    channels = {
        group.activation: shapes[group.weights[0]][group.weights[0] in quantizable.transposed]
        for group in quantizable.groups
        if group.activation
    }
    largest = largest_by_channel(model, folder, channels, batches)
    all_factors = {name: factors(maxima) for name, maxima in largest.items()}
    return {name: values for name, values in all_factors.items() if values is not None}


def factors(largest: Array) -> Array | None:
    """The factors [channels] for the largest value of each channel; None without an outlier."""
    # "lower": of few channels the quantile must not be the largest itself.
    usual = float(np.quantile(largest, USUAL_QUANTILE, method="lower"))
    if not usual > 0 or largest.max() < OUTLIER_RATIO * usual:
        return None
    return np.maximum(1.0, (largest / usual) ** STRENGTH).astype(np.float32)


def largest_by_channel(
    model: onnx.ModelProto,
    folder: Path,
    channels: Mapping[str, int],
    batches: Iterable[Batch],
) -> dict[str, Array]:
    """Per activation the largest magnitude [channels] of each channel, its last axis.

    `model` runs on the batches; `channels` gives the number of channels by activation.
    """
    path = folder / "watched.onnx"
    path.write_bytes(_watched(model, channels).SerializeToString())
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = available_cores()
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    path.unlink()
    inputs = [item.name for item in session.get_inputs()]
    outputs = [_output(name) for name in channels]
    largest = {name: np.zeros(count, np.float32) for name, count in channels.items()}
    for batch in batches:
        maxima = session.run(outputs, {name: getattr(batch, name) for name in inputs})
        for name, batch_maxima in zip(channels, maxima, strict=True):
            np.maximum(largest[name], batch_maxima, out=largest[name])
    return largest


def _watched(model: onnx.ModelProto, channels: Mapping[str, int]) -> onnx.ModelProto:
    """The graph with the largest magnitude of each channel as additional outputs."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    graph = result.graph
    for name, count in channels.items():
        out = _output(name)
        graph.initializer.append(
            helper.make_tensor(f"{out}_shape", TensorProto.INT64, [2], [-1, count])
        )
        steps = [
            helper.make_node("Reshape", [name, f"{out}_shape"], [f"{out}_rows"]),
            helper.make_node("Abs", [f"{out}_rows"], [f"{out}_size"]),
            helper.make_node("ReduceMax", [f"{out}_size"], [out], axes=[0], keepdims=0),
        ]
        graph.node.extend(steps)
        graph.output.append(helper.make_tensor_value_info(out, TensorProto.FLOAT, [count]))
    return result


def _output(name: str) -> str:
    return f"{name}_largest"
