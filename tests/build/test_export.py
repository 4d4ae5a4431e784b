"""A tiny random BERT on its way from the network to a model folder."""

import json
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="building models needs the extra `build`")
pytest.importorskip("transformers", reason="building models needs the extra `build`")
onnx = pytest.importorskip("onnx", reason="building models needs the extra `build`")

from onnx import numpy_helper  # noqa: E402
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers  # noqa: E402
from transformers import BertConfig, BertModel  # noqa: E402

from sidecar.build.batches import encode, pad  # noqa: E402
from sidecar.build.canonical import PAIRS  # noqa: E402
from sidecar.build.mine import open_tokenizer  # noqa: E402
from sidecar.build.network import CrossEncoder  # noqa: E402
from sidecar.build.package import GRAPHS, MAX_TOKENS, package  # noqa: E402
from sidecar.build.quantize import FLOAT, INT8, WEIGHTS  # noqa: E402
from sidecar.build.score import Scorer  # noqa: E402
from sidecar.engine.manifest import Manifest  # noqa: E402
from sidecar.errors import ModelError  # noqa: E402


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoint")
    words = sorted({word for pair in PAIRS for text in pair for word in text.lower().split()})
    specials = ["[PAD]", "[UNK]", "[CLS]", "[SEP]"]
    vocabulary = {word: i for i, word in enumerate([*specials, *words, *map(str, range(400))])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    tokenizer.enable_truncation(7)
    tokenizer.enable_padding()
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
    )
    network = CrossEncoder(BertModel(config, add_pooling_layer=False))
    torch.nn.init.normal_(network.weight)
    network.save(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    summary = {"temperature": 1.0, "bias": 0.0, "pairs": {"squad_sent": 6}}
    (folder / "train.json").write_text(json.dumps(summary))
    return folder


@pytest.fixture(scope="module")
def folder(checkpoint: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    package(checkpoint, folder, "tiny")
    return folder


def scorer(folder: Path, graph: str) -> Scorer:
    return Scorer(folder, GRAPHS[graph], MAX_TOKENS)


def torch_logits(network: CrossEncoder, folder: Path) -> list[float]:
    tokenizer = open_tokenizer(folder)
    with torch.no_grad():
        return [network(*pad([encode(tokenizer, q, d, MAX_TOKENS)])).item() for q, d in PAIRS]


def with_int8_weights(network: CrossEncoder, folder: Path) -> CrossEncoder:
    """The network with each weight as the graphs' int8 numbers give it back."""
    graph = onnx.load(folder / FLOAT).graph
    stored = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    state = network.state_dict()
    for name in list(state):
        if f"{name}_quantized" in stored:
            values = stored[f"{name}_quantized"].astype(np.float32) * stored[f"{name}_scale"]
            state[name] = torch.tensor(values if "embeddings" in name else values.T)
    network.load_state_dict(state)
    return network


def test_the_float_graph_is_the_network_over_the_int8_weights(
    checkpoint: Path, folder: Path
) -> None:
    network = with_int8_weights(CrossEncoder.open(checkpoint), folder)
    expected = torch_logits(network, folder)
    found = [scorer(folder, "float").logit(q, d) for q, d in PAIRS]
    assert np.allclose(found, expected, atol=1e-3)
    assert not np.allclose(expected, torch_logits(CrossEncoder.open(checkpoint), folder), atol=1e-5)


def test_the_int8_graph_is_close_and_repeats_itself(checkpoint: Path, folder: Path) -> None:
    first = [scorer(folder, "int8").logit(q, d) for q, d in PAIRS]
    again = [scorer(folder, "int8").logit(q, d) for q, d in PAIRS]
    assert first == again
    assert np.allclose(first, torch_logits(CrossEncoder.open(checkpoint), folder), atol=0.5)


def test_padding_and_batch_mates_leave_a_float_logit_alone(folder: Path) -> None:
    tokenizer = open_tokenizer(folder)
    encoded = [encode(tokenizer, query, document, MAX_TOKENS) for query, document in PAIRS]
    graph = scorer(folder, "float")
    assert np.allclose(graph.run(encoded), [graph.run([one])[0] for one in encoded], atol=1e-5)


def test_both_graphs_keep_their_weights_in_one_file(folder: Path) -> None:
    places: dict[str, set[tuple[str, str]]] = {}
    for name in (INT8, FLOAT):
        for tensor in onnx.load(folder / name, load_external_data=False).graph.initializer:
            if tensor.external_data:
                entries = {entry.key: entry.value for entry in tensor.external_data}
                assert entries["location"] == WEIGHTS
                place = (entries["offset"], entries["length"])
                places.setdefault(tensor.name, set()).add(place)
    assert len(places) > 10
    assert all(len(found) == 1 for found in places.values())


def test_the_packaged_tokenizer_neither_cuts_nor_pads(folder: Path) -> None:
    stored = json.loads((folder / "tokenizer.json").read_text())
    assert stored["truncation"] is None
    assert stored["padding"] is None


def test_the_folder_is_accepted_as_it_is_and_refused_with_one_byte_changed(folder: Path) -> None:
    assert Manifest.read(folder).graph_for("cpu")[0] == "int8"
    assert Manifest.read(folder).graph_for("cuda")[0] == "float"
    weights = folder / WEIGHTS
    whole = weights.read_bytes()
    try:
        weights.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
        with pytest.raises(ModelError, match="altered"):
            Manifest.read(folder)
    finally:
        weights.write_bytes(whole)
