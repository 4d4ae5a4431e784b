"""A start that must not be: each fault of a model folder or a device, by its reason."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sidecar.errors import DeviceError, ModelError, StartupError
from sidecar.runtime import onnx_session as session_module
from sidecar.runtime.canonical import canonical_pairs, check_company, check_numbers
from sidecar.runtime.families import logits
from sidecar.runtime.manifest import Manifest, sha256
from sidecar.runtime.onnx_session import PROVIDERS, OnnxSession
from sidecar.runtime.placement import check_placement
from sidecar.runtime.runs import batch
from sidecar.runtime.tokenizer import PairTokenizer
from tests.opened import open_models

Edit = Callable[[dict[str, Any]], None]


@pytest.fixture
def copy(folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(folder, tmp_path / "model"))


def edit(folder: Path, change: Edit) -> None:
    path = folder / "rerank.json"
    body = json.loads(path.read_text())
    change(body)
    path.write_text(json.dumps(body))


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not a model folder"):
        open_models(tmp_path)
    with pytest.raises(ModelError, match="not a model folder"):
        open_models(tmp_path / "nowhere")


def test_a_folder_that_cannot_be_looked_into() -> None:
    with pytest.raises(ModelError, match=r"rerank\.json cannot be read: File name too long"):
        Manifest.read(Path("a" * 300))


@pytest.mark.parametrize("name", ["model.int8.onnx", "tokenizer.json", "weights.int8.bin"])
def test_an_altered_or_missing_file(copy: Path, name: str) -> None:
    raw = bytearray((copy / name).read_bytes())
    raw[len(raw) // 2] ^= 1
    (copy / name).write_bytes(raw)
    with pytest.raises(ModelError, match=f"{name} is altered"):
        open_models(copy)
    (copy / name).unlink()
    with pytest.raises(ModelError, match=f"{name} is missing"):
        open_models(copy)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda body: body.pop("max_tokens"), "max_tokens"),
        (lambda body: body.update(format=2), "format"),
        (lambda body: body.update(surprise=1), "surprise"),
        (lambda body: body["canonical"].pop(), "canonical"),
        (lambda body: body["graphs"]["int8"].update(file="../../etc/passwd"), "file"),
        (lambda body: body["files"].pop("model.int8.onnx"), "no SHA-256"),
        (lambda body: body["prompt"].update(pieces=["{query}"]), "document"),
        (lambda body: body["prompt"].update(segments=[0]), "differ in length"),
        (lambda body: body["canonical"][0]["logits"].pop("int8"), "lacks the logit"),
    ],
)
def test_a_faulty_manifest_is_told_by_its_place(copy: Path, change: Edit, reason: str) -> None:
    edit(copy, change)
    with pytest.raises(ModelError, match=reason):
        open_models(copy)


def test_a_manifest_that_is_not_json(copy: Path) -> None:
    (copy / "rerank.json").write_text("{")
    with pytest.raises(ModelError, match="not a valid manifest"):
        open_models(copy)


def test_a_graph_that_does_not_load(copy: Path) -> None:
    (copy / "model.int8.onnx").write_bytes(b"not a graph")
    digest = sha256(copy / "model.int8.onnx")
    edit(copy, lambda body: body["files"].update({"model.int8.onnx": digest}))
    with pytest.raises(ModelError, match="does not load"):
        open_models(copy)


def test_a_tokenizer_that_is_none(copy: Path) -> None:
    (copy / "tokenizer.json").write_text("{}")
    digest = sha256(copy / "tokenizer.json")
    edit(copy, lambda body: body["files"].update({"tokenizer.json": digest}))
    with pytest.raises(ModelError, match="not a tokenizer"):
        open_models(copy)


def test_an_unknown_graph_or_one_for_another_device() -> None:
    with pytest.raises(ModelError, match="no graph 'fp8'"):
        open_models(graph="fp8")
    with pytest.raises(ModelError, match="for device 'cuda'"):
        open_models(graph="int8", device="cuda")


def test_a_single_graph_is_never_batched() -> None:
    with pytest.raises(StartupError, match="one pair per run"):
        open_models(graph="int8", token_budget=512)


def test_a_device_that_gives_other_numbers(copy: Path) -> None:
    def shift(body: dict[str, Any]) -> None:
        body["canonical"][3]["logits"]["int8"] += 1.0

    edit(copy, shift)
    with pytest.raises(DeviceError, match="canonical pair 3"):
        open_models(copy)


def test_a_device_that_answers_nan(
    float32: OnnxSession, manifest: Manifest, tokenizer: PairTokenizer
) -> None:
    class Nan:
        def run(self, run: Any) -> Any:
            return {"logits": logits(float32.run(run)) * float("nan")}

    with pytest.raises(DeviceError, match="canonical pair 0"):
        check_numbers(Nan(), manifest, "float", tokenizer)


def test_cuda_that_is_not_there_stops_the_start() -> None:
    """On a machine without a GPU onnxruntime falls back to the CPU without an exception."""
    if "CUDAExecutionProvider" in session_module.ort.get_available_providers():
        pytest.skip("this machine may have CUDA")
    with pytest.raises(DeviceError, match="'cuda' was asked for"):
        open_models(device="cuda")


def test_nodes_that_run_elsewhere_are_found_in_the_profile(
    folder: Path, manifest: Manifest, tokenizer: PairTokenizer
) -> None:
    """A CPU session examined as if it should have been on CUDA: every activation is a stray."""
    probe = OnnxSession.open(folder, manifest.graphs["float"], "cpu", profile=True)
    tokens = check_company(probe, manifest, "float", tokenizer)
    events = probe.end_profile()
    check_placement(events, "cpu", PROVIDERS["cpu"], tokens)
    with pytest.raises(DeviceError, match="do not run on 'cuda' but on the CPU"):
        check_placement(events, "cuda", PROVIDERS["cuda"], tokens)


def test_padding_that_changes_scores_is_refused(
    folder: Path, manifest: Manifest, tokenizer: PairTokenizer
) -> None:
    """A graph that reads its padding: each logit moves with the width of its run."""
    honest = OnnxSession.open(folder, manifest.graphs["float"], "cpu")

    class Careless:
        def run(self, run: Any) -> Any:
            return {"logits": logits(honest.run(run)) + 0.001 * run.input_ids.shape[1]}

    with pytest.raises(DeviceError, match="canonical pair"):
        check_company(Careless(), manifest, "float", tokenizer)


def test_a_head_with_two_labels_is_refused(manifest: Manifest, tokenizer: PairTokenizer) -> None:
    class TwoLabels:
        def run(self, run: Any) -> Any:
            return {"logits": np.zeros((len(run.input_ids), 2), dtype=np.float32)}

    with pytest.raises(ModelError, match="2 rows for 1 inputs"):
        check_numbers(TwoLabels(), manifest, "int8", tokenizer)


def test_a_manifest_that_gives_the_graph_too_little(copy: Path) -> None:
    edit(copy, lambda body: body["prompt"].update(segments=None))
    with pytest.raises(ModelError, match="does not run"):
        open_models(copy)


def test_the_score_revision_follows_what_scores_follow(copy: Path) -> None:
    def revision() -> str:
        reranker = open_models(copy)
        reranker.close()
        return reranker.default.model.running.score_revision

    first = revision()
    edit(copy, lambda body: body.update(quality={"x": {"y": 1.0}}))
    assert revision() == first
    edit(copy, lambda body: body.update(max_tokens=500))
    assert revision() != first


def test_both_onnxruntime_wheels_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session_module.importlib.metadata, "version", lambda name: "1.31.1")
    with pytest.raises(DeviceError, match=r"onnxruntime 1\.31\.1 and onnxruntime-gpu 1\.31\.1"):
        open_models()


@pytest.mark.parametrize("graph", ["int8", "float"])
def test_bound_inputs_and_outputs_give_the_same_numbers(
    folder: Path, manifest: Manifest, tokenizer: PairTokenizer, graph: str
) -> None:
    """IO binding, as on a device, here with the CPU's own memory."""
    plain = OnnxSession.open(folder, manifest.graphs[graph], "cpu", bind=False)
    bound = OnnxSession.open(folder, manifest.graphs[graph], "cpu", bind=True)
    for pair in canonical_pairs(manifest, tokenizer):
        run = batch([pair], manifest.padding, tokenizer.pad_id)
        assert logits(bound.run(run)).tolist() == logits(plain.run(run)).tolist()
