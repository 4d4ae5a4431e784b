"""Modular cross-encoders: the logits of sentence-transformers, and what is refused.

`test_cross_encoder.py` has them too, with the tests of every encoder.
"""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

import torch
from safetensors.torch import load_file, save_file

from sidecar.errors import ModelError
from sidecar.runtime.manifest import Manifest
from sidecar.workshop.model.canonical import PAIRS
from sidecar.workshop.model.families import open_checkpoint
from sidecar.workshop.model.package import export
from sidecar.workshop.model.runner import Runner
from sidecar.workshop.model.training.starting_model import open_start
from tests.workshop.model.classifiers import save_modular

ETTIN_SHAPES = {
    "17m": {"hidden_size": 256, "num_hidden_layers": 7, "num_attention_heads": 4},
    "32m": {"hidden_size": 384, "num_hidden_layers": 10, "num_attention_heads": 6},
    "68m": {"hidden_size": 512, "num_hidden_layers": 19, "num_attention_heads": 8},
    "150m": {"hidden_size": 768, "num_hidden_layers": 22, "num_attention_heads": 12},
}
"""Width, depth and heads of the published sizes (larger ones have the same parts), with a small
vocabulary and a small inner width, so that they are made in a second."""


@pytest.mark.parametrize("pooling", ["cls", "mean", "max", "mean_sqrt_len_tokens", "lasttoken"])
def test_logits_are_sentence_transformers(tmp_path: Path, pooling: str) -> None:
    compare(save_modular(tmp_path / "source", pooling), tmp_path)


@pytest.mark.parametrize("size", ETTIN_SHAPES)
def test_logits_of_the_published_shapes(tmp_path: Path, size: str) -> None:
    shape = ETTIN_SHAPES[size] | {"intermediate_size": 64, "initializer_range": 0.05}
    compare(save_modular(tmp_path / "source", **shape), tmp_path)


def compare(source: Path, tmp_path: Path) -> None:
    reason = "the comparison needs sentence-transformers"
    library = pytest.importorskip("sentence_transformers", reason=reason)
    framework = library.CrossEncoder(str(source), device="cpu")
    expected = framework.predict(list(PAIRS), activation_fn=torch.nn.Identity())
    manifest = export(str(source), tmp_path / "model")
    assert manifest is not None
    runner = Runner.open(tmp_path / "model", manifest, manifest.graphs["fp32"])
    assert runner.logits(PAIRS) == pytest.approx(expected, abs=1e-4)
    assert max(expected) - min(expected) > 0.1


def test_older_folders_name_their_pooling_by_keys(tmp_path: Path) -> None:
    source = save_modular(tmp_path / "source", "mean")
    expected = open_checkpoint(str(source)).reference(PAIRS)
    configure(source / "1_Pooling", pooling_mode=None, pooling_mode_mean_tokens=True)
    assert open_checkpoint(str(source)).reference(PAIRS) == expected


def test_it_can_be_trained_on(tmp_path: Path) -> None:
    """What `model train` saves is opened with the same logits, and exported again."""
    source = save_modular(tmp_path / "source")
    start = open_start(str(source))
    (tmp_path / "saved").mkdir()
    start.save(tmp_path / "saved")
    saved = open_checkpoint(str(tmp_path / "saved"))
    assert saved.reference(PAIRS) == start.checkpoint.reference(PAIRS)
    assert isinstance(export(str(tmp_path / "saved"), tmp_path / "model"), Manifest)


def configure(folder: Path, file: str = "config.json", **changes: Any) -> None:
    path = folder / file
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))


def refused(source: Path, tmp_path: Path, match: str) -> None:
    with pytest.raises(ModelError, match=match) as caught:
        export(str(source), tmp_path / "model")
    assert "\n" not in caught.value.message
    assert not (tmp_path / "model").exists()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return save_modular(tmp_path / "source")


def test_an_unknown_module(source: Path, tmp_path: Path) -> None:
    file = source / "modules.json"
    file.write_text(file.read_text().replace("LayerNorm", "WeightedLayerPooling"))
    refused(source, tmp_path, "its module WeightedLayerPooling is not known: the head may have")


def test_several_labels(source: Path, tmp_path: Path) -> None:
    configure(source / "4_Dense", out_features=3)
    width = load_file(source / "2_Dense" / "model.safetensors")["linear.weight"].shape[0]
    weights = {"linear.weight": torch.randn(3, width), "linear.bias": torch.randn(3)}
    save_file(weights, source / "4_Dense" / "model.safetensors")
    refused(source, tmp_path, "its head gives 3 numbers; .* one logit: choose a model")


def test_a_head_without_weights(source: Path, tmp_path: Path) -> None:
    (source / "4_Dense" / "model.safetensors").unlink()
    refused(source, tmp_path, "4_Dense cannot be read .*download or copy the folder again")


@pytest.mark.parametrize("module", ["1_Pooling", "2_Dense", "3_LayerNorm", "4_Dense"])
def test_a_module_whose_folder_is_missing(source: Path, tmp_path: Path, module: str) -> None:
    """Of a pooling too: by default it would be another than the model's."""
    shutil.rmtree(source / module)
    refused(source, tmp_path, rf"{module}/config\.json is missing or empty: download or copy")


def test_weights_that_are_not_finite(source: Path, tmp_path: Path) -> None:
    weights = load_file(source / "3_LayerNorm" / "model.safetensors")
    weights["norm.bias"][0] = float("nan")
    save_file(weights, source / "3_LayerNorm" / "model.safetensors")
    refused(source, tmp_path, "3_LayerNorm: norm.bias holds NaN or infinity")


def test_modules_that_do_not_fit_together(source: Path, tmp_path: Path) -> None:
    configure(source / "2_Dense", in_features=8)
    save_file({"linear.weight": torch.randn(32, 8)}, source / "2_Dense" / "model.safetensors")
    refused(source, tmp_path, "its modules do not fit together")


@pytest.mark.parametrize(
    ("folder", "changes", "match"),
    [
        ("2_Dense", {"activation_function": "torch.nn.Mish"}, "the activation Mish is not known"),
        ("1_Pooling", {"pooling_mode": "weightedmean"}, "the pooling weightedmean is not known"),
        ("", {"architectures": ["T5EncoderModel"]}, "no modules can be exported behind T5Encoder"),
    ],
)
def test_parts_that_are_not_known(
    source: Path, tmp_path: Path, folder: str, changes: dict[str, Any], match: str
) -> None:
    configure(source / folder, **changes)
    refused(source, tmp_path, match)


def test_a_module_outside_of_the_folder(source: Path, tmp_path: Path) -> None:
    file = source / "modules.json"
    file.write_text(file.read_text().replace("4_Dense", "../4_Dense"))
    refused(source, tmp_path, "lies outside of the folder")


def test_a_prompt_before_every_pair(source: Path, tmp_path: Path) -> None:
    configure(source, "config_sentence_transformers.json", default_prompt_name="query")
    refused(source, tmp_path, "it puts its prompt 'query' before every pair")


@pytest.mark.parametrize("text", ['{"idx": 0}', "null", '[{"idx": 0, "type": "a.B", "path": 3}]'])
def test_a_damaged_list_of_modules(source: Path, tmp_path: Path, text: str) -> None:
    (source / "modules.json").write_text(text)
    refused(source, tmp_path, r"modules\.json lists no modules")


@pytest.mark.parametrize("name", ["modules.json", "config_sentence_transformers.json"])
def test_a_folder_in_place_of_a_file(source: Path, tmp_path: Path, name: str) -> None:
    (source / name).unlink()
    (source / name).mkdir()
    refused(source, tmp_path, f"{name} cannot be read .*download or copy the folder again")


def test_settings_that_are_no_object(source: Path, tmp_path: Path) -> None:
    """Or a cross-encoder would be read as an encoder of texts."""
    (source / "config_sentence_transformers.json").write_text("[]")
    refused(source, tmp_path, "is not a JSON object: download or copy the folder again")
