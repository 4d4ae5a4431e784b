"""A tiny exported model on its way to int8 and fp16."""

import errno
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

import onnx
import torch
from onnx import TensorProto
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import BertForSequenceClassification

from sidecar.build.calibration_pairs import read_calibration
from sidecar.build.int8 import EMBEDDINGS, quantizable, store_int8, with_int8
from sidecar.build.package import export
from sidecar.build.quantize import Plan, quantize
from sidecar.build.runner import Floats, Runner, Tick
from sidecar.build.sensitivity import (
    MAX_DIFFERENCE,
    difference,
)
from sidecar.build.weights import INLINE, WeightFile, open_graph, read
from sidecar.cli import main
from sidecar.engine.canonical import check_numbers
from sidecar.engine.manifest import Manifest
from sidecar.engine.measured import Quantization
from sidecar.errors import ModelError
from tests.build.classifiers import save_bert, save_modern_bert, save_xlm_roberta
from tests.build.decoders import save_decoder

PAIRS = read_calibration().pairs


@pytest.fixture(scope="module")
def exported(bert: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    export(str(bert), folder)
    return folder


@pytest.fixture(scope="module")
def both(exported: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """int8, float and fp16 beside fp32."""
    folder = tmp_path_factory.mktemp("quantized") / "tiny"
    shutil.copytree(exported, folder)
    quantize(folder, Plan(to=("int8", "fp16"), keep_fp32=True, search=False))
    return folder


@pytest.fixture
def folder(exported: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(exported, tmp_path / "tiny"))


def logits(folder: Path, graph: str) -> Floats:
    manifest = Manifest.read(folder)
    return Runner.open(folder, manifest, manifest.graphs[graph]).logits(PAIRS)


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def fail(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["rerank-sidecar", "model", *arguments])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1


def test_the_integer_graph_gives_the_logits_of_onnxruntimes_own_quantizer(
    folder: Path, tmp_path: Path
) -> None:
    manifest = Manifest.read(folder)
    model = open_graph(folder / "model.fp32.onnx")
    found = quantizable(model)
    with WeightFile.create(folder, "int8.bin") as weights:
        stored = store_int8(model, found, folder, weights)
    chosen = [unit.name for unit in found.units if unit.name != EMBEDDINGS]
    ours = with_int8(model, found, stored, chosen, chosen)
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
            values = read(stored[f"{tensor.name}_quantized"], both).astype(np.float32)
            values *= read(stored[f"{tensor.name}_scale"], both)
            tensor.CopyFrom(onnx.numpy_helper.from_array(values, tensor.name))
            changed += 1
    manifest = Manifest.read(both)
    (tmp_path / "copy" / "rounded.onnx").write_bytes(model.SerializeToString())
    rounded = manifest.graphs["fp32"].model_copy(update={"file": "rounded.onnx"})
    expected = Runner.open(tmp_path / "copy", manifest, rounded).logits(PAIRS)
    assert changed == 3 * 6 + 2  # the weights of three layers, words and positions
    assert np.allclose(logits(both, "float"), expected, atol=1e-4)


def test_both_int8_graphs_keep_their_weights_in_one_file(both: Path) -> None:
    places: dict[str, set[tuple[str, str]]] = {}
    for name in ("model.int8.onnx", "model.float.onnx"):
        for tensor in open_graph(both / name).graph.initializer:
            assert len(tensor.raw_data) < INLINE
            if tensor.external_data:
                entries = {entry.key: entry.value for entry in tensor.external_data}
                assert entries["location"] == "weights.int8.bin"
                place = (entries["offset"], entries["length"])
                places.setdefault(tensor.name, set()).add(place)
    assert len(places) > 10
    assert all(len(found) == 1 for found in places.values())


def test_weights_are_signed_and_the_manifest_tells_what_it_cost(both: Path) -> None:
    kinds = {t.data_type for t in open_graph(both / "model.int8.onnx").graph.initializer}
    assert TensorProto.INT8 in kinds
    assert TensorProto.UINT8 not in kinds
    manifest = Manifest.read(both)
    assert list(manifest.graphs) == ["int8", "fp16", "float", "fp32"]
    assert manifest.graphs["int8"].runs == "single"
    reference = logits(both, "fp32")
    for name in ("int8", "float"):
        told = manifest.quantization[name]
        found = difference(logits(both, name), reference)
        assert told.max_difference == pytest.approx(found.maximum, rel=0.02, abs=1e-5)
        assert 0 < told.relative_difference < 0.15
        assert told.pairs == len(PAIRS)
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


def test_fp16_that_overflows_is_refused_and_the_folder_stays(tmp_path: Path) -> None:
    source = save_bert(tmp_path / "source")
    model = BertForSequenceClassification.from_pretrained(source)
    with torch.no_grad():
        model.bert.encoder.layer[1].intermediate.dense.bias.fill_(6e4)
    model.save_pretrained(source)
    folder = tmp_path / "loud"
    export(str(source), folder)
    before = contents(folder)
    with pytest.raises(ModelError, match="fp16 overflows"):
        quantize(folder, Plan(to=("fp16",)))
    assert contents(folder) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["loud", "source"]


def test_the_worst_products_are_floats_until_the_budget_is_met(folder: Path) -> None:
    whole = quantize(folder, Plan(keep_fp32=True, search=False)).manifest.quantization
    assert whole["int8"].float_products == whole["int8"].float_weights == ()
    differences = [whole[name].relative_difference for name in ("int8", "float")]
    assert differences[0] > differences[1]
    told = search(folder, sum(differences) / 2)
    assert len(told.alone) == 12
    assert next(iter(told.alone)) in told.float_products
    nodes = open_graph(folder / "model.int8.onnx").graph.node
    again = {node.input[0] for node in nodes if node.op_type == "DequantizeLinear"}
    assert {f"{weight}_quantized" for weight in told.float_products} == again


def test_weights_that_int8_harms_by_themselves_stay_float(folder: Path) -> None:
    whole = quantize(folder, Plan(keep_fp32=True, search=False)).manifest.quantization
    told = search(folder, whole["float"].relative_difference * 0.7)
    assert len(told.alone) == 13
    assert told.float_weights
    for file in ("model.int8.onnx", "model.float.onnx"):
        floats = {
            tensor.name
            for tensor in open_graph(folder / file).graph.initializer
            if tensor.data_type == TensorProto.FLOAT
        }
        assert set(told.float_weights) <= floats


def search(folder: Path, budget: float) -> Quantization:
    """What is told of the int8 graph that keeps to the budget."""
    made = quantize(folder, Plan(max_difference=budget, force=True)).manifest
    told = made.quantization["int8"]
    assert told.relative_difference <= budget
    return told


def test_nothing_is_done_twice_unless_forced(folder: Path) -> None:
    assert quantize(folder, Plan()).made == ("int8", "float")
    manifest = Manifest.read(folder)
    assert "fp32" not in manifest.graphs
    assert not (folder / "model.fp32.onnx").exists()
    assert not (folder / "weights.bin").exists()
    before = contents(folder)
    assert quantize(folder, Plan()).made == ()
    assert contents(folder) == before
    with pytest.raises(ModelError, match="export it again"):
        quantize(folder, Plan(to=("fp16",)))
    with pytest.raises(ModelError, match="export it again"):
        quantize(folder, Plan(force=True))
    assert contents(folder) == before


def test_a_search_that_was_broken_off_goes_on(folder: Path) -> None:
    before = contents(folder)
    plan = Plan(max_difference=1e-9)

    def start(step: str, parts: int) -> Tick:
        counted = 0

        def tick() -> None:
            nonlocal counted
            counted += 1
            if "one group" in step and counted == 3:
                raise KeyboardInterrupt

        return tick

    with pytest.raises(KeyboardInterrupt):
        quantize(folder, plan, start)
    assert contents(folder) == before
    journal = folder.parent / ".tiny.search.jsonl"
    rows = [json.loads(line) for line in journal.read_text().splitlines()]
    assert len(rows) == 3
    rows[0]["relative"] = 77.0  # seen again below: it was not measured anew
    journal.write_text("\n".join(map(json.dumps, rows)) + '\n{"key": "cut o')
    told = quantize(folder, plan).manifest.quantization["int8"]
    assert told.alone[rows[0]["unit"]] == 77.0
    assert not journal.exists()
    assert sorted(path.name for path in folder.parent.iterdir()) == ["tiny"]


@pytest.mark.parametrize("save", [save_xlm_roberta, save_modern_bert, save_decoder])
def test_other_families_are_quantized_too(save: object, tmp_path: Path) -> None:
    assert callable(save)
    folder = tmp_path / "model"
    export(str(save(tmp_path / "source")), folder, max_tokens=512)
    made = quantize(folder, Plan(to=("int8", "fp16")))
    assert made.made == ("int8", "float", "fp16")
    for name in made.made:
        assert made.manifest.quantization[name].relative_difference <= 1.5 * MAX_DIFFERENCE
    nodes = open_graph(folder / "model.int8.onnx").graph.node
    # How many the search keeps differs: Unigram training is not repeatable.
    assert sum(node.op_type == "MatMulInteger" for node in nodes) >= 1


def test_a_full_disk_leaves_the_folder_as_it_was(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(folder)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(WeightFile, "put", full)
    with pytest.raises(ModelError, match="disk is full"):
        quantize(folder, Plan())
    assert contents(folder) == before
    assert [path.name for path in folder.parent.iterdir()] == ["tiny"]


def test_faults_end_with_one_line(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = folder.parent / "pairs.jsonl"
    broken.write_text('{"query": "a", "documents": ["b"]}\n{"query": 3}\n')
    few = folder.parent / "few.jsonl"
    few.write_text('{"query": "a", "document": "b"}\n')
    cases = {
        "is not a model folder": ["quantize", str(folder.parent), "--to", "int8"],
        "must be one of int8, fp16": ["quantize", str(folder), "--to", "int3"],
        "line 2: not": ["quantize", str(folder), "--to", "int8", "--calibration", str(broken)],
        "has 1 pairs": ["quantize", str(folder), "--to", "int8", "--calibration", str(few)],
        "cannot be read": ["quantize", str(folder), "--to", "int8", "--calibration", "none.jsonl"],
    }
    for text, arguments in cases.items():
        fail(arguments, monkeypatch)
        assert text in (printed := capsys.readouterr().err)
        assert len(printed.splitlines()) == 1
    weights = folder / "weights.bin"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    fail(["quantize", str(folder), "--to", "int8"], monkeypatch)
    assert "weights.bin is altered" in capsys.readouterr().err
