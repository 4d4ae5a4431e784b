"""The search for what may be int8, on whole models: the budget is kept, exceptions are recorded."""

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
from tests.workshop.model.folder_contents import contents


def test_the_worst_products_are_floats_until_the_budget_is_met(folder: Path) -> None:
    whole = quantize(folder, QuantizeSpec(keep_fp32=True, search=False)).manifest.quantization
    assert whole["int8"].float_products == whole["int8"].float_weights == ()
    differences = [whole[name].relative_difference for name in ("int8", "float")]
    assert differences[0] > differences[1]
    quantization = search(folder, sum(differences) / 2)
    assert len(quantization.alone) == 12
    assert next(iter(quantization.alone)) in quantization.float_products
    nodes = open_graph(folder / "model.int8.onnx").graph.node
    again = {node.input[0] for node in nodes if node.op_type == "DequantizeLinear"}
    assert {f"{weight}_quantized" for weight in quantization.float_products} == again


def test_weights_that_int8_harms_by_themselves_stay_float(folder: Path) -> None:
    whole = quantize(folder, QuantizeSpec(keep_fp32=True, search=False)).manifest.quantization
    quantization = search(folder, whole["float"].relative_difference * 0.7)
    assert len(quantization.alone) == 13
    assert quantization.float_weights
    for file in ("model.int8.onnx", "model.float.onnx"):
        floats = {
            tensor.name
            for tensor in open_graph(folder / file).graph.initializer
            if tensor.data_type == TensorProto.FLOAT
        }
        assert set(quantization.float_weights) <= floats


def search(folder: Path, budget: float) -> Quantization:
    """The int8 graph's measurements; it keeps within the budget, and so does the float graph."""
    quantization = quantize(
        folder, QuantizeSpec(max_difference=budget, force=True)
    ).manifest.quantization
    assert max(quantization[name].relative_difference for name in ("int8", "float")) <= budget
    return quantization["int8"]


def test_a_search_that_was_broken_off_goes_on(folder: Path) -> None:
    before = contents(folder)
    spec = QuantizeSpec(max_difference=1e-9)

    def begin_step(step: str, parts: int) -> Advance:
        counted = 0

        def advance() -> None:
            nonlocal counted
            counted += 1
            if "one group" in step and counted == 3:
                raise KeyboardInterrupt

        return advance

    with pytest.raises(KeyboardInterrupt):
        quantize(folder, spec, begin_step)
    assert contents(folder) == before
    cache_file = folder.parent / ".tiny.search.jsonl"
    rows = [json.loads(line) for line in cache_file.read_text().splitlines()]
    assert len(rows) == 3
    rows[0]["value"] = 77.0  # seen again below: it was not measured anew
    cache_file.write_text("\n".join(map(json.dumps, rows)) + '\n{"key": "cut o')
    quantization = quantize(folder, spec).manifest.quantization["int8"]
    assert quantization.alone[rows[0]["key"].split()[-1]] == 77.0
    assert not cache_file.exists()
    assert sorted(path.name for path in folder.parent.iterdir()) == ["tiny"]


@pytest.mark.parametrize("save", [save_xlm_roberta, save_modern_bert, save_decoder])
def test_other_families_are_quantized_too(save: object, tmp_path: Path) -> None:
    assert callable(save)
    folder = tmp_path / "model"
    export(str(save(tmp_path / "source")), folder, max_tokens=512)
    made = quantize(folder, QuantizeSpec(to=("int8", "fp16")))
    assert made.new_graphs == ("int8", "float", "fp16")
    for name in made.new_graphs:
        assert made.manifest.quantization[name].relative_difference <= MAX_DIFFERENCE
    nodes = open_graph(folder / "model.int8.onnx").graph.node
    assert sum(node.op_type == "MatMulInteger" for node in nodes) >= 4
