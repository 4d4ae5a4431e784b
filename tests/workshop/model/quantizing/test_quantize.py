"""A tiny exported model in int8 and fp16: what the graphs compute, and where their weights are."""

import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

import onnx
from onnx import TensorProto
from onnxruntime.quantization import QuantType, quantize_dynamic

from sidecar.runtime.canonical import check_numbers
from sidecar.runtime.manifest import Manifest
from sidecar.workshop.model.quantization_sample import read_sample
from sidecar.workshop.model.quantizing.int8_rewrite import (
    EMBEDDINGS,
    find_quantizable,
    store_int8,
    with_int8,
)
from sidecar.workshop.model.quantizing.quantize import QuantizeSpec, quantize
from sidecar.workshop.model.quantizing.sensitivity import difference
from sidecar.workshop.model.runner import Floats, Runner
from sidecar.workshop.model.weights import INLINE, WeightFile, open_graph, read_tensor

PAIRS = read_sample().pairs


@pytest.fixture(scope="module")
def both(exported: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """int8, float and fp16 beside fp32."""
    folder = tmp_path_factory.mktemp("quantized") / "tiny"
    shutil.copytree(exported, folder)
    quantize(folder, QuantizeSpec(to=("int8", "fp16"), keep_fp32=True, search=False))
    return folder


def logits(folder: Path, graph: str) -> Floats:
    manifest = Manifest.read(folder)
    return Runner.open(folder, manifest, manifest.graphs[graph]).logits(PAIRS)


def test_the_integer_graph_gives_the_logits_of_onnxruntimes_own_quantizer(
    folder: Path, tmp_path: Path
) -> None:
    manifest = Manifest.read(folder)
    model = open_graph(folder / "model.fp32.onnx")
    quantizable = find_quantizable(model)
    with WeightFile.create(folder, "int8.bin") as weights:
        stored = store_int8(model, quantizable, folder, weights, {})
    chosen = [group.name for group in quantizable.groups if group.name != EMBEDDINGS]
    ours = with_int8(model, quantizable, stored, chosen, chosen)
    (folder / "ours.onnx").write_bytes(ours.SerializeToString())
    quantize_dynamic(
        folder / "model.fp32.onnx",
        folder / "theirs.onnx",
        per_channel=True,
        weight_type=QuantType.QInt8,
        op_types_to_quantize=["MatMul"],
        # It would turn Gemm into MatMul and quantise that too: the classification head.
        nodes_to_quantize=[node.name for node in model.graph.node if node.op_type == "MatMul"],
    )
    # Node by node: fusions round otherwise, and that moves an activation by a whole step.
    expected, got = (
        Runner.unoptimised(
            folder, manifest, manifest.graphs["fp32"].model_copy(update={"file": file})
        ).logits(PAIRS)
        for file in ("theirs.onnx", "ours.onnx")
    )
    assert len(chosen) == 12  # of 3 layers: query-key-value, attention output, up, down
    assert np.allclose(got, expected, atol=1e-5)
    assert not np.allclose(got, logits(folder, "fp32"), atol=1e-4)


def test_the_float_graph_is_the_fp32_graph_over_the_int8_weights(
    both: Path, tmp_path: Path
) -> None:
    shutil.copytree(both, tmp_path / "copy")
    stored = {t.name: t for t in open_graph(both / "model.float.onnx").graph.initializer}
    model = open_graph(both / "model.fp32.onnx")
    changed = 0
    for tensor in model.graph.initializer:
        if f"{tensor.name}_quantized" in stored:
            values = read_tensor(stored[f"{tensor.name}_quantized"], both).astype(np.float32)
            values *= read_tensor(stored[f"{tensor.name}_scale"], both)
            tensor.CopyFrom(onnx.numpy_helper.from_array(values, tensor.name))
            changed += 1
    manifest = Manifest.read(both)
    (tmp_path / "copy" / "rounded.onnx").write_bytes(model.SerializeToString())
    rounded = manifest.graphs["fp32"].model_copy(update={"file": "rounded.onnx"})
    expected = Runner.open(tmp_path / "copy", manifest, rounded).logits(PAIRS)
    assert changed == 3 * 6 + 2  # the weights of three layers, words and positions
    assert np.allclose(logits(both, "float"), expected, atol=1e-4)


def test_both_int8_graphs_keep_their_weights_in_one_file(both: Path) -> None:
    extents: dict[str, set[tuple[str, str]]] = {}
    for name in ("model.int8.onnx", "model.float.onnx"):
        for tensor in open_graph(both / name).graph.initializer:
            assert len(tensor.raw_data) < INLINE
            if tensor.external_data:
                entries = {entry.key: entry.value for entry in tensor.external_data}
                assert entries["location"] == "weights.int8.bin"
                extent = (entries["offset"], entries["length"])
                extents.setdefault(tensor.name, set()).add(extent)
    assert len(extents) > 10
    assert all(len(quantizable) == 1 for quantizable in extents.values())


def test_weights_are_signed_and_the_manifest_tells_what_it_cost(both: Path) -> None:
    kinds = {t.data_type for t in open_graph(both / "model.int8.onnx").graph.initializer}
    assert TensorProto.INT8 in kinds
    assert TensorProto.UINT8 not in kinds
    manifest = Manifest.read(both)
    assert list(manifest.graphs) == ["int8", "fp16", "float", "fp32"]
    assert manifest.graphs["int8"].runs == "single"
    reference = logits(both, "fp32")
    for name in ("int8", "float"):
        measured = manifest.quantization[name]
        quantizable = difference(logits(both, name), reference)
        assert measured.max_difference == pytest.approx(quantizable.maximum, rel=0.02, abs=1e-5)
        assert 0 < measured.relative_difference < 0.15
        assert measured.pairs == len(PAIRS)
    # Why int8 runs single: in one run with others a score is another.
    assert manifest.quantization["int8"].company > 10 * manifest.quantization["float"].company


@pytest.mark.parametrize("graph", ["int8", "float", "fp16", "fp32"])
def test_canonical_pairs_have_the_manifests_logits(both: Path, graph: str) -> None:
    manifest = Manifest.read(both)
    runner = Runner.open(both, manifest, manifest.graphs[graph])
    check_numbers(runner.session, manifest, graph, runner.tokenizer)


def test_fp16_keeps_softmax_norms_and_head_in_float32(both: Path) -> None:
    path = both / "model.fp16.onnx"
    graph = onnx.shape_inference.infer_shapes(onnx.load(path)).graph
    kinds = {value.name: value.type.tensor_type.elem_type for value in graph.value_info}
    kinds |= {tensor.name: tensor.data_type for tensor in graph.initializer}
    read_by = {
        op: {kinds[n.input[0]] for n in graph.node if n.op_type == op}
        for op in ("Softmax", "LayerNormalization", "MatMul", "Gemm")
    }
    assert read_by["Softmax"] == read_by["LayerNormalization"] == {TensorProto.FLOAT}
    assert read_by["MatMul"] == {TensorProto.FLOAT16}
    assert read_by["Gemm"] == {TensorProto.FLOAT}  # pooler and classifier
    manifest = Manifest.read(both)
    assert manifest.graphs["fp16"].devices == ("cuda",)
    assert np.abs(logits(both, "fp16") - logits(both, "fp32")).max() < 0.05
