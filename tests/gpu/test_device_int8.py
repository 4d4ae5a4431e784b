"""int8 for a device: what its operators give on a CPU is what their formulas say."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

import onnxruntime as ort
from onnx import TensorProto, helper

from sidecar.runtime.canonical import canonical_pairs
from sidecar.runtime.families import logits as read_logits
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.onnx_session import OnnxSession
from sidecar.runtime.runs import batch
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.model.canonical import PAIRS
from sidecar.workshop.model.quantizing.fp16_rewrite import to_fp16
from sidecar.workshop.model.weights import WeightFile, open_graph
from tests.gpu.device_int8 import BLOCK, LEVELS, block_int8, row_int8

Rewrite = Callable[[onnx.ModelProto, Path, WeightFile], onnx.ModelProto]
INPUTS, COLUMNS = 40, 24  # no multiple of a block
rng = np.random.default_rng(8)
WEIGHT = rng.normal(size=(INPUTS, COLUMNS)).astype(np.float32)
ROWS = rng.normal(size=(2, 5, INPUTS)).astype(np.float32)
ROWS[0, 1] *= 1000
ROWS[1, 2] = 0


def product(folder: Path) -> onnx.ModelProto:
    """x @ w, and a second product of the same x."""
    value = helper.make_tensor_value_info
    with WeightFile.create(folder, "float.bin") as weights:
        tensors = [weights.put("w", WEIGHT), weights.put("v", WEIGHT[:, ::-1].copy())]
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", name], [f"y{name}"]) for name in "wv"],
        "product",
        [value("x", TensorProto.FLOAT, ["batch", "tokens", INPUTS])],
        [value(f"y{name}", TensorProto.FLOAT, None) for name in "wv"],
        tensors,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def run(model: onnx.ModelProto, folder: Path, rows: np.ndarray) -> np.ndarray:
    file = folder / "model.onnx"
    file.write_bytes(model.SerializeToString())
    session = ort.InferenceSession(file, providers=["CPUExecutionProvider"])
    output: np.ndarray = session.run(["yw"], {"x": rows})[0]
    return output


def quantised_by_row(rows: np.ndarray) -> np.ndarray:
    """The docstring's formula, in float64."""
    scales = np.maximum(np.abs(rows).max(-1, keepdims=True), 1e-12) / LEVELS
    columns = np.abs(WEIGHT).max(0) / LEVELS
    whole = np.rint(rows / scales) @ np.rint(WEIGHT / columns).astype(np.float64)
    return np.asarray(whole * scales * columns)


def test_rows_are_multiplied_as_integers(tmp_path: Path) -> None:
    with WeightFile.create(tmp_path, "int8.bin") as weights:
        model = row_int8(product(tmp_path), tmp_path, weights)
    kinds = [node.op_type for node in model.graph.node]
    assert kinds.count("MatMulInteger") == 2
    assert kinds.count("ReduceMax") == 1  # one activation, quantised once
    assert not {"MatMul", "DynamicQuantizeLinear"} & set(kinds)
    output = run(model, tmp_path, ROWS)
    assert np.allclose(output, quantised_by_row(ROWS), rtol=1e-5, atol=1e-4)
    assert (output[1, 2] == 0).all()  # and no NaN of 0 / 0
    relative = np.abs(output - ROWS @ WEIGHT).max(-1) / (np.abs(ROWS @ WEIGHT).max(-1) + 1e-9)
    assert relative.max() < 0.03


def test_a_row_does_not_see_its_neighbours(tmp_path: Path) -> None:
    """The large row would spoil the others under one scale for the whole run."""
    with WeightFile.create(tmp_path, "int8.bin") as weights:
        model = row_int8(product(tmp_path), tmp_path, weights)
    together = run(model, tmp_path, ROWS)
    for batch_row in range(2):
        for token in range(5):
            alone = run(model, tmp_path, ROWS[batch_row : batch_row + 1, token : token + 1])
            assert np.array_equal(alone[0, 0], together[batch_row, token])


def test_weights_alone_in_blocks(tmp_path: Path) -> None:
    with WeightFile.create(tmp_path, "int8.bin") as weights:
        model = block_int8(product(tmp_path), tmp_path, weights)
    assert [node.op_type for node in model.graph.node] == ["MatMulNBits"] * 2
    padded = np.pad(WEIGHT, ((0, -INPUTS % BLOCK), (0, 0)))
    blocks = padded.reshape(-1, BLOCK, COLUMNS)
    scales = np.abs(blocks).max(1, keepdims=True) / LEVELS
    weight = (np.rint(blocks / scales) * scales).reshape(-1, COLUMNS)[:INPUTS]
    expected = ROWS @ weight
    top = np.abs(expected).max(-1, keepdims=True) + 1e-9
    assert (np.abs(run(model, tmp_path, ROWS) - expected) / top).max() < 0.02
    assert np.abs(weight - WEIGHT).max() < np.abs(WEIGHT).max() / LEVELS


@pytest.mark.parametrize("rewrite", [row_int8, block_int8])
def test_zeros_and_small_weights_in_fp16(tmp_path: Path, rewrite: Rewrite) -> None:
    """Where a scale of 0, or one that fp16 cannot hold, would give no number."""
    weight = np.concatenate([np.zeros((BLOCK, 4)), np.full((BLOCK, 4), 1e-6)]).astype(np.float16)
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        [helper.make_node("MatMul", ["x", "w"], ["yw"])],
        "product",
        [value("x", TensorProto.FLOAT16, ["rows", 2 * BLOCK])],
        [value("yw", TensorProto.FLOAT16, None)],
        [onnx.numpy_helper.from_array(weight, "w")],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    with WeightFile.create(tmp_path, "int8.bin") as weights:
        model = rewrite(model, tmp_path, weights)
    rows = np.concatenate([np.ones((1, 2 * BLOCK)), np.zeros((1, 2 * BLOCK))]).astype(np.float16)
    output = run(model, tmp_path, rows)
    assert np.allclose(output[0].astype(np.float64), BLOCK * 1e-6, atol=1e-5)
    assert (output[1] == 0).all()


@pytest.mark.parametrize("rewrite", [row_int8, block_int8])
@pytest.mark.parametrize("as_half", [False, True])
def test_a_model_in_int8_in_padded_runs(folder: Path, rewrite: Rewrite, as_half: bool) -> None:
    """Of the exported tiny BERT: near to fp32, and the same alone and in company."""
    manifest = Manifest.read(folder)
    tokenizer = PairTokenizer.open(folder, manifest)
    graph = manifest.graphs["fp32"]
    model = open_graph(folder / graph.file)
    if as_half:
        with WeightFile.create(folder, "half.bin") as weights:
            model = to_fp16(model, folder, weights)
    with WeightFile.create(folder, "int8.bin") as weights:
        model = rewrite(model, folder, weights)
    (folder / "model.int8.onnx").write_bytes(model.SerializeToString())
    session = OnnxSession.open(folder, graph.model_copy(update={"file": "model.int8.onnx"}), "cpu")
    pairs = canonical_pairs(manifest, tokenizer)
    together = read_logits(session.run(batch(pairs, manifest.padding, tokenizer.pad_id)))
    known = np.array([pair.logits["fp32"] for pair in manifest.canonical])
    assert len(known) == len(PAIRS)
    assert np.abs(together - known).mean() < 0.1 * known.std()
    for position, pair in enumerate(pairs):
        alone = read_logits(session.run(batch([pair], manifest.padding, tokenizer.pad_id)))
        assert alone[0] == pytest.approx(together[position], abs=2e-3)
