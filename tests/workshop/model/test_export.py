"""A checkpoint of `model train` becomes a model folder; what holds for every exported folder."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")
pytest.importorskip("onnx", reason="building models needs the extra `build`")

import onnx
import torch
from transformers import BertConfig, BertModel

from sidecar.errors import ModelError
from sidecar.runtime.canonical import canonical_pairs
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.model.canonical import PAIRS
from sidecar.workshop.model.export import FP32_FILE, WEIGHTS
from sidecar.workshop.model.families import open_checkpoint
from sidecar.workshop.model.families.cosine_head_network import CrossEncoder
from sidecar.workshop.model.package import export
from sidecar.workshop.model.runner import Runner
from tests.workshop.model.classifiers import word_piece


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoint")
    tokenizer = word_piece()
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=tokenizer.get_vocab_size(),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
    )
    network = CrossEncoder(BertModel(config, add_pooling_layer=False))
    torch.nn.init.normal_(network.weight)
    network.save(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    collections = [{"name": "squad_sent", "licence": "CC BY-SA 4.0", "rows": 6}]
    summary = {"temperature": 0.9, "bias": 1.5, "collections": collections}
    (folder / "train.json").write_text(json.dumps(summary))
    return folder


@pytest.fixture(scope="module")
def folder(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    export(str(checkpoint), folder, "tiny")
    return folder


@pytest.fixture
def runner(folder: Path) -> Runner:
    manifest = Manifest.read(folder)
    return Runner.open(folder, manifest, manifest.graphs["fp32"])


def test_the_graph_is_the_network(checkpoint: Path, runner: Runner) -> None:
    expected = open_checkpoint(str(checkpoint)).reference(PAIRS)
    assert np.abs(runner.logits(PAIRS) - expected).max() < 1e-4
    assert np.ptp(expected) > 0.1


def test_padding_and_batch_mates_leave_a_logit_alone(runner: Runner) -> None:
    pairs = runner.encoded(PAIRS)
    assert np.abs(runner.together(pairs) - runner.alone(pairs)).max() < 1e-5


def test_the_manifest_says_what_the_training_said(folder: Path) -> None:
    manifest = Manifest.read(folder)
    assert (manifest.temperature, manifest.bias) == (0.9, 1.5)
    assert [(s.name, s.licence, s.rows) for s in manifest.sources] == [
        ("squad_sent", "CC BY-SA 4.0", 6)
    ]
    assert manifest.max_tokens == 512
    assert manifest.graph_for("cpu")[0] == manifest.graph_for("cuda")[0] == "fp32"
    assert manifest.origin is not None
    assert len({pair.logits["fp32"] for pair in manifest.canonical}) == len(PAIRS)


def test_weights_keep_their_names_and_lie_in_a_file_of_their_own(
    checkpoint: Path, folder: Path
) -> None:
    """Quantising finds a weight by its name; a linear layer's is transposed, as MatMul reads it."""
    network = CrossEncoder.open(checkpoint)
    graph = onnx.load(folder / FP32_FILE).graph
    stored = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    name = "encoder.encoder.layer.1.output.dense.weight"
    assert np.array_equal(stored[name], network.state_dict()[name].numpy().T)
    name = "encoder.embeddings.word_embeddings.weight"
    assert np.array_equal(stored[name], network.state_dict()[name].numpy())
    assert stored.keys() <= {*dict(network.named_parameters()), *dict(network.named_buffers())}
    whole = sum(values.nbytes for values in stored.values())
    assert (folder / WEIGHTS).stat().st_size > 0.8 * whole
    assert (folder / FP32_FILE).stat().st_size < 100_000


def test_the_packaged_tokenizer_neither_cuts_nor_pads(folder: Path) -> None:
    """The checkpoint's file does both."""
    stored = json.loads((folder / "tokenizer.json").read_text())
    assert stored["truncation"] is None
    assert stored["padding"] is None


def test_the_folder_is_refused_with_one_byte_changed(folder: Path) -> None:
    weights = folder / WEIGHTS
    whole = weights.read_bytes()
    try:
        weights.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(ModelError, match="altered"):
            Manifest.read(folder)
    finally:
        weights.write_bytes(whole)


def test_the_canonical_pairs_are_scored_as_a_request_s(folder: Path, runner: Runner) -> None:
    manifest = Manifest.read(folder)
    pairs = canonical_pairs(manifest, PairTokenizer.open(folder, manifest))
    stored = [pair.logits["fp32"] for pair in manifest.canonical]
    assert np.allclose(runner.alone(pairs), stored, atol=1e-5)


def test_the_same_export_is_not_done_twice(checkpoint: Path, folder: Path) -> None:
    before = (folder / WEIGHTS).stat()
    assert export(str(checkpoint), folder, "tiny") is None
    assert (folder / WEIGHTS).stat() == before


def test_an_export_by_other_settings_wants_force_and_keeps_the_cards(
    checkpoint: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    export(str(checkpoint), folder, "tiny")
    (folder / "README.md").write_text("written by hand")
    with pytest.raises(ModelError, match="other settings: --force replaces it"):
        export(str(checkpoint), folder, "tiny", max_tokens=128)
    assert Manifest.read(folder).max_tokens == 512
    manifest = export(str(checkpoint), folder, "tiny", max_tokens=128, force=True)
    assert manifest is not None
    assert Manifest.read(folder).max_tokens == 128
    assert (folder / "README.md").read_text() == "written by hand"
    assert [item.name for item in tmp_path.iterdir()] == ["model"]


def test_a_changed_source_is_another_source(bert: Path, tmp_path: Path) -> None:
    export(str(bert), tmp_path / "model")
    config = json.loads((bert / "config.json").read_text())
    changed = tmp_path / bert.name
    changed.mkdir()
    for file in bert.iterdir():
        (changed / file.name).write_bytes(file.read_bytes())
    (changed / "config.json").write_text(json.dumps(config | {"layer_norm_eps": 1e-5}))
    with pytest.raises(ModelError, match="--force"):
        export(str(changed), tmp_path / "model")


def test_the_command_prints_what_it_wrote(bert: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "sidecar", "model", "export", str(bert), str(tmp_path / "m")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert done.returncode == 0, done.stderr
    for file in (FP32_FILE, WEIGHTS, "rerank.json", "tokenizer.json"):
        assert f"{tmp_path / 'm' / file} " in done.stdout
    assert "Canonical pairs by the graph" in done.stdout
    again = subprocess.run(command, capture_output=True, text=True, timeout=900, check=False)
    assert again.returncode == 0
    assert "is there already" in again.stdout
