"""What else the settings could name."""

import pytest

from sidecar.runtime.loading import Opening
from sidecar.workshop.tune.alternatives import alternatives


def test_the_other_graphs_of_the_folder_are_listed_by_their_flags(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "sidecar.workshop.tune.alternatives.importlib.util.find_spec", lambda name: None
    )
    opening = Opening.read(None, "cpu", "int8")
    by_flags = alternatives(opening)
    assert list(by_flags) == ["--engine onnxruntime --graph float"]
    (other,) = by_flags.values()
    assert (other.loaded.graph, other.loaded.running.runs) == ("float", "padded")
    assert other.loaded.score_revision != opening.loaded.score_revision


def test_an_installed_runtime_is_listed_with_each_precision(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "sidecar.workshop.tune.alternatives.importlib.util.find_spec", lambda name: object()
    )
    opening = Opening.read(None, "cpu", None, "openvino", "bf16")
    by_flags = alternatives(opening)
    assert list(by_flags) == [
        "--engine onnxruntime --graph int8",
        "--engine onnxruntime --graph float",
        "--engine openvino --precision fp32",
        "--engine openvino --precision int8",
    ]
    assert [other.loaded.running.precision for other in by_flags.values()] == [
        "int8",
        "fp32",
        "fp32",
        "int8",
    ]
