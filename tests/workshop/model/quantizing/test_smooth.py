"""Smoothed activations: the same product in floats, and a much smaller error in integers."""

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

from safetensors.torch import load_file, save_file

from sidecar.workshop.model.package import export
from sidecar.workshop.model.quantizing.quantize import QuantizeSpec, quantize
from sidecar.workshop.model.quantizing.smooth import OUTLIER_RATIO, factors
from sidecar.workshop.model.weights import open_graph
from tests.workshop.model.classifiers import save_bert
from tests.workshop.model.folder_contents import contents

OUTLIER = 7
"""A channel behind the GELU of the first layer."""


@pytest.fixture(scope="module")
def outlying(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny BERT with one neuron whose value is far beyond all others, as trained ones have."""
    source = save_bert(tmp_path_factory.mktemp("outlying") / "source")
    weights = load_file(source / "model.safetensors")
    layer = "bert.encoder.layer.0"
    weights[f"{layer}.intermediate.dense.bias"][OUTLIER] += 200
    weights[f"{layer}.output.dense.weight"][:, OUTLIER] *= 0.01
    save_file(weights, source / "model.safetensors", metadata={"format": "pt"})
    folder = source.parent / "tiny"
    export(str(source), folder)
    return folder


def test_a_channel_that_stands_out_has_a_factor_and_no_other() -> None:
    largest = np.linspace(0.5, 1.0, 400, dtype=np.float32)
    assert factors(largest) is None
    largest[OUTLIER] = 50.0
    channel_factors = factors(largest)
    assert channel_factors is not None
    assert channel_factors[OUTLIER] == channel_factors.max() > OUTLIER_RATIO
    others = np.delete(channel_factors, OUTLIER)
    assert others.max() < 1.01
    assert (channel_factors >= 1).all()
    smoothed = largest / channel_factors
    assert smoothed.max() < 50.0 / channel_factors[OUTLIER] + 1e-4


def test_an_activation_that_is_always_zero_is_left_alone() -> None:
    assert factors(np.zeros(100, np.float32)) is None


def test_it_brings_the_integer_graph_nearer_and_the_manifest_tells(
    outlying: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = QuantizeSpec(search=False, keep_fp32=True, force=True)
    with monkeypatch.context() as patch:
        patch.setattr(
            "sidecar.workshop.model.quantizing.int8_graphs.smoothing_factors", lambda *_: {}
        )
        plain = quantize(outlying, spec).manifest.quantization
    smooth = quantize(outlying, spec).manifest.quantization
    weight = "model.bert.encoder.layer.0.output.dense.weight"
    assert plain["int8"].smoothed == ()
    assert weight in smooth["int8"].smoothed
    assert smooth["float"].smoothed == smooth["int8"].smoothed
    assert smooth["int8"].relative_difference < 0.5 * plain["int8"].relative_difference
    # Both graphs divide, so floats lose no more than the rounding of the weights.
    assert smooth["float"].relative_difference < 0.5 * plain["int8"].relative_difference
    for name in ("int8", "float"):
        nodes = open_graph(outlying / f"model.{name}.onnx").graph.node
        assert any(node.output[0].endswith("_smooth") for node in nodes)
    assert not [name for name in contents(outlying) if "plain" in name or "watched" in name]


def test_a_model_without_such_channels_is_as_it_was(folder: Path) -> None:
    assert quantize(folder, QuantizeSpec(search=False)).manifest.quantization["int8"].smoothed == ()
