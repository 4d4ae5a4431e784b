"""Step `ceilings`: the speed of single matrix products, which explains the figures of the tables.

Each product of the 0.6B shape at the tokens of 100 x 160, by torch and by onnxruntime's operators.
"""

import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
import torch
from onnx import TensorProto, helper, numpy_helper

from sidecar.runtime.onnx_session import PROVIDERS
from sidecar.runtime.options import Device
from sidecar.workshop.model.weights import WeightFile
from tests.gpu.bench import Bench
from tests.gpu.device_int8 import block_int8, row_int8
from tests.gpu.record import Figures

STEP = "ceilings"
ROUNDS = 30


def run(bench: Bench) -> None:
    """Takes the measurements of the step that are missing."""
    rows = 256 if bench.small else 16_000
    shape = bench.shape("qwen3-0.6b")
    sizes = {(shape.hidden, shape.ffn), (shape.ffn, shape.hidden), (shape.hidden, shape.hidden)}
    for inner, columns in sorted(sizes):
        size = (rows, inner, columns)
        name = f"{rows} x {inner} x {columns}"
        for kind in ("torch", "torch int8"):
            bench.record.once(
                STEP, f"{name} | {kind}", lambda k=kind, s=size: by_torch(k, s, bench.device)
            )
        for kind in ("fp16", "int8 w8a8", "int8 weights", "int8 qdq", "int8 product alone"):
            bench.record.once(
                STEP,
                f"{name} | onnxruntime {kind}",
                lambda k=kind, s=size: by_onnxruntime(k, s, bench.device, bench.work),
            )


def by_torch(kind: str, size: tuple[int, int, int], device: str) -> Figures:
    """A product by torch: fp16 (float32 on a CPU), or int8 by int8 with an int32 result."""
    rows, inner, columns = size
    rng = torch.Generator().manual_seed(1)
    if kind == "torch int8":
        left, right = (
            torch.randint(-127, 128, shape, dtype=torch.int8, generator=rng).to(device)
            for shape in ((rows, inner), (columns, inner))
        )
        return _figures(lambda: torch._int_mm(left, right.T), size, device)
    dtype = torch.float16 if device == "cuda" else torch.float32
    a, b = (
        torch.randn(shape, generator=rng).to(device, dtype)
        for shape in ((rows, inner), (inner, columns))
    )
    return _figures(lambda: a @ b, size, device)


def by_onnxruntime(kind: str, size: tuple[int, int, int], device: Device, folder: Path) -> Figures:
    """A product as in a graph; with int8 it includes scaling and rounding."""
    rows, inner, columns = size
    rng = np.random.default_rng(1)
    folder.mkdir(parents=True, exist_ok=True)
    if kind == "int8 product alone":
        weight = rng.integers(-127, 128, (inner, columns)).astype(np.int8)
        left = rng.integers(-127, 128, (rows, inner)).astype(np.int8)
        model = _model("MatMulInteger", weight, TensorProto.INT8, TensorProto.INT32)
    else:
        weight = rng.normal(size=(inner, columns)).astype(np.float16)
        left = rng.normal(size=(rows, inner)).astype(np.float16)
        model = _model("MatMul", weight, TensorProto.FLOAT16, TensorProto.FLOAT16)
    if kind == "int8 qdq":
        left, model = left.astype(np.float32), _qdq(weight.astype(np.float32))
    with WeightFile.create(folder, "product.bin") as weights:
        if kind == "int8 w8a8":
            model = row_int8(model, folder, weights)
        elif kind == "int8 weights":
            model = block_int8(model, folder, weights)
    file = folder / "product.onnx"
    file.write_bytes(model.SerializeToString())
    options = ort.SessionOptions()
    options.add_session_config_entry("session.disable_quant_qdq", "1")
    session = ort.InferenceSession(file, options, providers=[PROVIDERS[device]])
    binding = session.io_binding()
    binding.bind_ortvalue_input("x", ort.OrtValue.ortvalue_from_numpy(left, device, 0))
    binding.bind_output("y", device, 0)

    def once() -> None:
        session.run_with_iobinding(binding)
        binding.synchronize_outputs()

    return _figures(once, size, "onnxruntime")


def _qdq(weight: np.ndarray) -> onnx.ModelProto:
    """Quantised and dequantised before a float product: a QDQ graph without TensorRT.

    With a fixed scale, as calibration would give; float32, since opset 17 has no fp16 for it.
    """
    model = _model("MatMul", weight, TensorProto.FLOAT, TensorProto.FLOAT)
    scale = numpy_helper.from_array(np.array(0.04, np.float32), "scale")
    model.graph.initializer.extend([scale, numpy_helper.from_array(np.array(0, np.int8), "zero")])
    (product,) = model.graph.node
    product.input[0] = "floats"
    del model.graph.node[:]
    model.graph.node.extend(
        [
            helper.make_node("QuantizeLinear", ["x", "scale", "zero"], ["whole"]),
            helper.make_node("DequantizeLinear", ["whole", "scale", "zero"], ["floats"]),
            product,
        ]
    )
    return model


def _model(kind: str, weight: np.ndarray, input_type: int, output_type: int) -> onnx.ModelProto:
    graph = helper.make_graph(
        [helper.make_node(kind, ["x", "w"], ["y"])],
        "product",
        [helper.make_tensor_value_info("x", input_type, ["rows", weight.shape[0]])],
        [helper.make_tensor_value_info("y", output_type, ["rows", weight.shape[1]])],
        [numpy_helper.from_array(weight, "w")],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def _figures(once: Callable[[], object], size: tuple[int, int, int], device: str) -> Figures:
    """The median round; a round is one call, until the device is done."""
    seconds = []
    for turn in range(ROUNDS + 3):
        start = time.perf_counter()
        once()
        if device == "cuda":
            torch.cuda.synchronize()
        if turn >= 3:
            seconds.append(time.perf_counter() - start)
    median = float(np.median(seconds))
    rows, inner, columns = size
    return {
        "us": round(median * 1e6, 1),
        "tera_ops": round(2e-12 * rows * inner * columns / median, 2),
    }
