"""One float graph becomes two over the same int8 weights: an int8 graph and a float graph.

The int8 graph quantises each activation as it comes (DynamicQuantizeLinear, MatMulInteger): for
CPUs, one pair per run. The float graph turns each weight back into floats (DequantizeLinear),
which onnxruntime does once, at load: for everything else, and in padded batches.
"""

import tempfile
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

WEIGHTS = "weights.bin"
INT8, FLOAT = "model.int8.onnx", "model.float.onnx"
ROWS = 256
"""An embedding table of fewer rows stays float."""
INLINE = 1024
"""Tensors of fewer bytes stay inside the graph."""
ALIGNMENT = 64


def quantize(model: onnx.ModelProto, folder: Path) -> None:
    """Writes the two graphs and their weight file into `folder`."""
    embeddings_by_row(model)
    with tempfile.TemporaryDirectory() as scratch:
        source, target = Path(scratch, "float.onnx"), Path(scratch, "int8.onnx")
        onnx.save(model, source)
        quantize_dynamic(
            source,
            target,
            per_channel=True,
            weight_type=QuantType.QInt8,  # unsigned weights were measured 5-12 times slower
            op_types_to_quantize=["MatMul", "Gemm"],
        )
        integer = onnx.load(target)
    share({INT8: integer, FLOAT: dequantized(model, integer)}, folder)


def embeddings_by_row(model: onnx.ModelProto) -> None:
    """Each large embedding table to int8 with one scale per row; rows are scaled after Gather."""
    tables = {t.name: t for t in model.graph.initializer if t.data_type == TensorProto.FLOAT}
    nodes = []
    for node in model.graph.node:
        table = tables.get(node.input[0]) if node.op_type == "Gather" else None
        if table is None or len(table.dims) != 2 or table.dims[0] < ROWS:
            nodes.append(node)
            continue
        values, scales = _rows_int8(numpy_helper.to_array(table))
        name, out = table.name, node.output[0]
        model.graph.initializer.remove(table)
        model.graph.initializer.append(numpy_helper.from_array(values, f"{name}_quantized"))
        model.graph.initializer.append(numpy_helper.from_array(scales, f"{name}_scale"))
        nodes += [
            helper.make_node("Gather", [f"{name}_quantized", node.input[1]], [f"{out}_int8"]),
            helper.make_node("Gather", [f"{name}_scale", node.input[1]], [f"{out}_scale"]),
            helper.make_node("Cast", [f"{out}_int8"], [f"{out}_cast"], to=TensorProto.FLOAT),
            helper.make_node("Mul", [f"{out}_cast", f"{out}_scale"], [out]),
        ]
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _rows_int8(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    scales = np.maximum(np.abs(table).max(1, keepdims=True), 1e-12).astype(np.float32) / 127
    return np.rint(table / scales).astype(np.int8), scales


def dequantized(model: onnx.ModelProto, integer: onnx.ModelProto) -> onnx.ModelProto:
    """`model` with every weight that `integer` quantised replaced by that int8 weight."""
    result = onnx.ModelProto()
    result.CopyFrom(model)
    quantized = {tensor.name: tensor for tensor in integer.graph.initializer}
    nodes = []
    for tensor in list(result.graph.initializer):
        parts = [f"{tensor.name}_{part}" for part in ("quantized", "scale", "zero_point")]
        if parts[0] in quantized:
            result.graph.initializer.remove(tensor)
            result.graph.initializer.extend(quantized[part] for part in parts)
            nodes.append(helper.make_node("DequantizeLinear", parts, [tensor.name], axis=1))
    nodes += result.graph.node
    del result.graph.node[:]
    result.graph.node.extend(nodes)
    return result


def share(models: dict[str, onnx.ModelProto], folder: Path) -> None:
    """Writes the graphs with their large tensors in one file; equal tensors lie there once."""
    places: dict[str, tuple[bytes, int]] = {}
    with (folder / WEIGHTS).open("wb") as file:
        for model in models.values():
            for tensor in model.graph.initializer:
                raw = numpy_helper.to_array(tensor).tobytes()
                if len(raw) < INLINE:
                    continue
                if tensor.name not in places:
                    file.write(bytes(-file.tell() % ALIGNMENT))
                    places[tensor.name] = (raw, file.tell())
                    file.write(raw)
                known, offset = places[tensor.name]
                if known != raw:
                    raise ValueError(f"two graphs disagree on the weights {tensor.name}")
                _refer(tensor, offset, len(raw))
    for name, model in models.items():
        (folder / name).write_bytes(model.SerializeToString(deterministic=True))
        onnx.checker.check_model(folder / name)


def _refer(tensor: onnx.TensorProto, offset: int, length: int) -> None:
    tensor.ClearField("raw_data")
    tensor.ClearField("float_data")
    tensor.ClearField("int32_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, value in (("location", WEIGHTS), ("offset", str(offset)), ("length", str(length))):
        tensor.external_data.add(key=key, value=value)
