"""The search for what may be int8, on whole models: the budget is kept, the rest told."""

import json
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

from onnx import TensorProto

from sidecar.runtime.measured import Quantization
from sidecar.workshop.model.package import export
from sidecar.workshop.model.progress import Advance
from sidecar.workshop.model.quantizing.quantize import QuantizeSpec, quantize
from sidecar.workshop.model.quantizing.sensitivity import MAX_DIFFERENCE
from sidecar.workshop.model.weights import open_graph
from tests.workshop.model.classifiers import save_modern_bert, save_xlm_roberta
from tests.workshop.model.decoders import save_decoder
from tests.workshop.model.folders import contents


def test_the_worst_products_are_floats_until_the_budget_is_met(folder: Path) -> None:
    whole = quantize(folder, QuantizeSpec(keep_fp32=True, search=False)).manifest.quantization
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
    whole = quantize(folder, QuantizeSpec(keep_fp32=True, search=False)).manifest.quantization
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
    """What is told of the int8 graph; it keeps to the budget, and so does the float graph."""
    told = quantize(folder, QuantizeSpec(max_difference=budget, force=True)).manifest.quantization
    assert max(told[name].relative_difference for name in ("int8", "float")) <= budget
    return told["int8"]


def test_a_search_that_was_broken_off_goes_on(folder: Path) -> None:
    before = contents(folder)
    plan = QuantizeSpec(max_difference=1e-9)

    def start(step: str, parts: int) -> Advance:
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
    rows[0]["value"] = 77.0  # seen again below: it was not measured anew
    journal.write_text("\n".join(map(json.dumps, rows)) + '\n{"key": "cut o')
    told = quantize(folder, plan).manifest.quantization["int8"]
    assert told.alone[rows[0]["key"].split()[-1]] == 77.0
    assert not journal.exists()
    assert sorted(path.name for path in folder.parent.iterdir()) == ["tiny"]


@pytest.mark.parametrize("save", [save_xlm_roberta, save_modern_bert, save_decoder])
def test_other_families_are_quantized_too(save: object, tmp_path: Path) -> None:
    assert callable(save)
    folder = tmp_path / "model"
    export(str(save(tmp_path / "source")), folder, max_tokens=512)
    made = quantize(folder, QuantizeSpec(to=("int8", "fp16")))
    assert made.made == ("int8", "float", "fp16")
    for name in made.made:
        assert made.manifest.quantization[name].relative_difference <= MAX_DIFFERENCE
    nodes = open_graph(folder / "model.int8.onnx").graph.node
    assert sum(node.op_type == "MatMulInteger" for node in nodes) >= 4
