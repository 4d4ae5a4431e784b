"""Which engine runs which graph, and what holds of it there. Needs no openvino."""

import statistics
import sys
from dataclasses import replace

import numpy as np
import pytest

from sidecar.errors import DeviceError, ModelError, StartupError
from sidecar.runtime.canonical import check_numbers
from sidecar.runtime.families import logits
from sidecar.runtime.manifest import Manifest, Padding
from sidecar.runtime.onnx_session import OnnxSession
from sidecar.runtime.openvino_session import check_bf16, check_hint, properties, widened
from sidecar.runtime.options import RuntimeOptions
from sidecar.runtime.precision import as_run, graph_for
from sidecar.runtime.running_graph import RunningGraph
from sidecar.runtime.session import Batch, Tensors
from sidecar.runtime.tokenizer import PairTokenizer
from tests.opened import open_models


def test_onnxruntime_takes_the_first_graph_and_its_precision(manifest: Manifest) -> None:
    assert graph_for(manifest, RuntimeOptions())[0] == "int8"
    assert graph_for(manifest, RuntimeOptions(graph="float", precision="fp32"))[0] == "float"
    with pytest.raises(StartupError, match="at its own precision, int8"):
        graph_for(manifest, RuntimeOptions(precision="bf16"))


def test_openvino_takes_the_first_float_graph(manifest: Manifest) -> None:
    name, graph = graph_for(manifest, RuntimeOptions(runtime="openvino"))
    assert (name, graph) == ("float", manifest.graphs["float"])
    with pytest.raises(ModelError, match="takes a float graph, and graph 'int8' is int8"):
        graph_for(manifest, RuntimeOptions(runtime="openvino", graph="int8"))
    with pytest.raises(ModelError, match="no graph 'fp8'"):
        graph_for(manifest, RuntimeOptions(runtime="openvino", graph="fp8"))
    alone = manifest.model_copy(update={"graphs": {"int8": manifest.graphs["int8"]}})
    with pytest.raises(ModelError, match="no float graph"):
        graph_for(alone, RuntimeOptions(runtime="openvino"))


def test_openvino_on_a_gpu_is_refused() -> None:
    with pytest.raises(StartupError, match="device 'cuda' needs onnxruntime"):
        open_models(runtime="openvino", device="cuda")


def test_a_package_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(StartupError, match=r"pip install 'rerank-sidecar\[openvino\]'$") as fault:
        open_models(runtime="openvino")
    assert fault.value.message.count("openvino") == 2


def test_what_holds_of_a_rounded_graph(manifest: Manifest) -> None:
    own = manifest.graphs["float"]
    spread = statistics.pstdev(pair.logits["float"] for pair in manifest.canonical)
    assert as_run(manifest, "float", None) == as_run(manifest, "float", "fp32") == own
    bf16, int8 = as_run(manifest, "float", "bf16"), as_run(manifest, "float", "int8")
    assert (bf16.precision, bf16.runs, bf16.tolerance) == ("bf16", "padded", 0.005)
    assert (int8.precision, int8.runs, int8.tolerance) == ("int8", "single", own.tolerance)
    for graph in (bf16, int8):
        assert own.canonical_tolerance < graph.canonical_tolerance < 0.15 * spread


def test_pairs_never_share_a_run_at_int8() -> None:
    with pytest.raises(StartupError, match="one pair per run"):
        open_models(runtime="openvino", precision="int8", token_budget=512)


def test_the_score_revision_names_runtime_and_precision(manifest: Manifest) -> None:
    plain = RunningGraph(manifest, "float", "cpu")
    openvino = replace(plain, runtime="openvino")
    all_of_them = [plain, openvino]
    all_of_them += [replace(openvino, precision=name) for name in ("bf16", "int8")]
    assert len({running.score_revision for running in all_of_them}) == 4
    # The graph's own precision, named or not, is one and the same.
    assert replace(openvino, precision="fp32").score_revision == openvino.score_revision
    assert replace(plain, precision="fp32").score_revision == plain.score_revision


def test_bf16_without_its_instructions_is_refused(manifest: Manifest) -> None:
    graph = as_run(manifest, "float", "bf16")
    with pytest.raises(DeviceError, match="no bf16 instructions"):
        check_bf16(graph, ["FP32", "INT8"])
    check_bf16(graph, ["BF16", "FP32", "INT8"])
    check_bf16(manifest.graphs["float"], ["FP32", "INT8"])


def test_another_precision_than_was_asked_for_is_refused(manifest: Manifest) -> None:
    with pytest.raises(DeviceError, match="computes at f32 here"):
        check_hint(as_run(manifest, "float", "bf16"), "f32")
    with pytest.raises(DeviceError, match="computes at bf16 here"):
        check_hint(manifest.graphs["float"], "bf16")
    check_hint(as_run(manifest, "float", "int8"), "f32")


def test_activations_are_rounded_at_int8_alone(manifest: Manifest) -> None:
    """Openvino's default rounds them before int8 weights, whatever precision is asked for."""
    groups = {
        precision: properties(as_run(manifest, "float", precision), 2, 3)
        for precision in ("fp32", "bf16", "int8")
    }
    assert {k: v["DYNAMIC_QUANTIZATION_GROUP_SIZE"] for k, v in groups.items()} == {
        "fp32": 0,
        "bf16": 0,
        "int8": 32,
    }
    assert groups["bf16"]["NUM_STREAMS"] == 2
    assert groups["bf16"]["INFERENCE_NUM_THREADS"] == 6


def test_rounding_that_did_not_happen_is_refused(
    float32: OnnxSession, manifest: Manifest, tokenizer: PairTokenizer
) -> None:
    """As on a CPU without int8 products, where the engine answers what fp32 does."""
    running = as_run(manifest, "float", "int8")
    with pytest.raises(DeviceError, match="the logits are those of fp32"):
        check_numbers(float32, manifest, "float", tokenizer, running)


@pytest.mark.parametrize(("moved", "passes"), [(0.1, True), (1.0, False)])
def test_rounding_has_a_limit(
    float32: OnnxSession, manifest: Manifest, tokenizer: PairTokenizer, moved: float, passes: bool
) -> None:
    class Moved:
        def run(self, batch: Batch) -> Tensors:
            return {"logits": logits(float32.run(batch)) + np.float32(moved)}

    running = as_run(manifest, "float", "bf16")
    if passes:
        check_numbers(Moved(), manifest, "float", tokenizer, running)
    else:
        with pytest.raises(DeviceError, match="canonical pair 0"):
            check_numbers(Moved(), manifest, "float", tokenizer, running)


@pytest.mark.parametrize(
    ("side", "ids", "mask"),
    [("right", [5, 6, 7, 9, 9], [1, 1, 1, 0, 0]), ("left", [9, 9, 5, 6, 7], [0, 0, 1, 1, 1])],
)
def test_a_run_is_widened_on_the_models_side(side: str, ids: list[int], mask: list[int]) -> None:
    run = Batch(np.array([[5, 6, 7]]), np.array([[1, 1, 1]]), np.array([[0, 1, 1]]))
    padding = Padding.model_validate({"side": side, "token": "[PAD]"})
    wide = widened(run, 5, padding, pad_id=9)
    assert wide.input_ids.tolist() == [ids]
    assert wide.attention_mask.tolist() == [mask]
    assert wide.token_type_ids is not None
    assert wide.token_type_ids.sum() == 2
    assert widened(run, 3, padding, pad_id=9) is run
    assert (
        widened(Batch(run.input_ids, run.attention_mask, None), 5, padding, 9).token_type_ids
        is None
    )
