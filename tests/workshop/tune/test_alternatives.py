"""What else the settings could name."""

import pytest

from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.options import RuntimeOptions
from sidecar.workshop.tune.alternatives import alternatives


def test_the_other_graphs_of_the_folder_are_listed_by_their_flags(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "sidecar.workshop.tune.alternatives.importlib.util.find_spec", lambda name: None
    )
    folder = ModelFolder.read(None, RuntimeOptions(graph="int8"))
    by_flags = alternatives(folder)
    assert list(by_flags) == ["--runtime onnxruntime --graph float"]
    (other,) = by_flags.values()
    assert (other.running.name, other.running.graph.runs) == ("float", "padded")
    assert other.running.score_revision != folder.running.score_revision


def test_an_installed_runtime_is_listed_with_each_precision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "sidecar.workshop.tune.alternatives.importlib.util.find_spec", lambda name: object()
    )
    folder = ModelFolder.read(None, RuntimeOptions(runtime="openvino", precision="bf16"))
    by_flags = alternatives(folder)
    assert list(by_flags) == [
        "--runtime onnxruntime --graph int8",
        "--runtime onnxruntime --graph float",
        "--runtime openvino --precision fp32",
        "--runtime openvino --precision int8",
    ]
    assert [other.running.graph.precision for other in by_flags.values()] == [
        "int8",
        "fp32",
        "fp32",
        "int8",
    ]


def test_at_bf16_runs_that_pairs_share_are_tried_too_unless_the_settings_fix_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "sidecar.workshop.tune.alternatives.importlib.util.find_spec", lambda name: object()
    )
    alone, shared = (
        f"--runtime openvino --precision bf16{more}" for more in ("", " --token-budget 512")
    )
    by_flags = alternatives(ModelFolder.read(None, RuntimeOptions(graph="int8")))
    assert by_flags[alone].default_layout().token_budget == 0
    assert by_flags[shared].default_layout().token_budget == 512
    assert by_flags[shared].running == by_flags[alone].running
    fixed = alternatives(ModelFolder.read(None, RuntimeOptions(graph="int8", token_budget=0)))
    assert alone in fixed
    assert shared not in fixed
