"""Late interaction: the encoder's own states, plain formulas, and the way to served scores."""

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

import torch
import transformers
from numpy.typing import NDArray
from tokenizers import Tokenizer

from sidecar.errors import ModelError
from sidecar.request import Document, RankRequest
from sidecar.runtime.manifest import Manifest, Prompt
from sidecar.workshop.model.canonical import PAIRS
from sidecar.workshop.model.families import open_checkpoint
from sidecar.workshop.model.families.cosine_head_prompt import NO_PREFIXES
from sidecar.workshop.model.families.late_interaction_features import (
    default_features,
    read_features,
)
from sidecar.workshop.model.families.late_interaction_network import LateInteraction
from sidecar.workshop.model.package import export
from sidecar.workshop.model.quantizing.quantize import QuantizeSpec, quantize
from sidecar.workshop.model.runner import Runner
from sidecar.workshop.model.training.starting_model import open_start
from sidecar.workshop.model.weights import open_graph
from tests.opened import open_models
from tests.workshop.model.late_interaction import (
    WEIGHTS,
    save_late_interaction,
    save_unigram_encoder,
    save_word_piece_encoder,
)

TEXTS = (
    *PAIRS[:4],
    PAIRS[6],
    ("notice", "notice"),
    ("coffee coffee and coffee", "the coffee to go"),
    ("a laptop", ""),
    ("", "an empty query"),
)
Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_unigram_encoder(tmp_path_factory.mktemp("encoder") / "e5")


@pytest.fixture(scope="module")
def source(encoder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_late_interaction(encoder, tmp_path_factory.mktemp("source") / "late")


@pytest.fixture(scope="module")
def exported(source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("exported") / "model"
    assert export(str(source), folder, "tiny") is not None
    return folder


class Alone:
    """The encoder by transformers, a text at a time."""

    def __init__(self, folder: Path) -> None:
        self.tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self.network = transformers.BertModel.from_pretrained(folder, add_pooling_layer=False)
        self.network.eval()

    @torch.no_grad()
    def read(self, text: str, prefix: str) -> tuple[list[int], list[Floats]]:
        """(ids of all pieces, each layer's states); the first of them are the prefix's."""
        ids = self.tokenizer.encode(prefix + text).ids
        read = self.network(torch.tensor([ids]), output_hidden_states=True)
        return ids, [states[0].double().numpy() for states in read.hidden_states]


def plain_features(alone: Alone, network: LateInteraction, query: str, document: str) -> Floats:
    """The formulas once more, in loops."""
    information = network.information.double().numpy()
    means = network.mean_states.double().numpy()
    prefix = len(alone.tokenizer.encode("query:", add_special_tokens=False).ids)
    (query_ids, query_states), (document_ids, document_states) = (
        alone.read(query, "query: "),
        alone.read(document, "passage: "),
    )
    own = slice(1 + prefix, -1)
    q, d = query_ids[own], document_ids[own]
    total = sum(information[piece] for piece in q) or 1.0

    def cosine(left: Floats, right: Floats) -> float:
        return float(left @ right / np.linalg.norm(left) / np.linalg.norm(right))

    def maxsim(layer: int) -> float:
        left, right = (
            states[layer][own] - means[layer] for states in (query_states, document_states)
        )
        best = [max((cosine(row, other) for other in right), default=-1.0) for row in left]
        weighted = [information[piece] * value for piece, value in zip(q, best, strict=True)]
        return sum(weighted) / total

    counts, words = Counter(d), 0.0
    for piece in dict.fromkeys(q):
        frequency = counts[piece]
        saturated = frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * len(d) / 60))
        words += information[piece] * saturated
    vectors = [
        states[-1].mean(0) - network.mean_vector.double().numpy()
        for states in (query_states, document_states)
    ]
    return np.array([cosine(*vectors), maxsim(3), maxsim(1), words / total])


def test_the_features_are_those_of_the_texts_read_alone(source: Path, encoder: Path) -> None:
    """The reference adds up the network's own features; here nothing is the network's but the
    means. Padded to one length, and each alone in its run."""
    checkpoint, alone = open_checkpoint(str(source)), Alone(encoder)
    network = checkpoint.network
    assert isinstance(network, LateInteraction)
    expected = np.array([plain_features(alone, network, *pair) for pair in TEXTS if "" not in pair])
    logits = np.array(checkpoint.reference([pair for pair in TEXTS if "" not in pair]))
    assert logits == pytest.approx(expected @ WEIGHTS - np.e, abs=2e-5)
    assert np.ptp(expected, axis=0).min() > 0.05, "every feature tells the pairs apart"


def test_the_graph_gives_the_same_alone_and_in_padded_company(source: Path, exported: Path) -> None:
    manifest = Manifest.read(exported)
    runner = Runner.open(exported, manifest, manifest.graphs["fp32"])
    expected = open_checkpoint(str(source)).reference(TEXTS)
    pairs = runner.encoded(TEXTS)
    assert runner.alone(pairs) == pytest.approx(expected, abs=1e-4)
    assert runner.together(pairs) == pytest.approx(expected, abs=1e-4)
    assert manifest.prompt == Prompt(
        pieces=("<s>", "query: {query}", "</s>", "<s>", "passage: {document}", "</s>"),
        segments=(0, 0, 0, 1, 1, 1),
    )
    assert (manifest.temperature, manifest.bias) == (1.25, 0.5)
    assert (manifest.languages, manifest.licence) == (("en", "zh"), "MIT")


async def test_int8_keeps_the_information_and_serves(exported: Path) -> None:
    before = Manifest.read(exported)
    full = Runner.open(exported, before, before.graphs["fp32"]).logits(PAIRS)
    manifest = quantize(exported, QuantizeSpec(search=False)).manifest
    logits = Runner.open(exported, manifest, manifest.graphs["int8"]).logits(PAIRS)
    assert manifest.quantization["int8"].relative_difference < 0.15
    assert not any("information" in name for name in manifest.quantization["int8"].smoothed)
    assert np.corrcoef(full, logits)[0, 1] > 0.98
    operators = [node.op_type for node in open_graph(exported / "model.int8.onnx").graph.node]
    assert operators.count("MultiHeadAttention") == 2 * 3
    assert "Softmax" not in operators
    query = PAIRS[2][0]
    models = open_models(exported, workers=1)
    try:
        documents = tuple(Document(text=text) for _, text in PAIRS[:4])
        result = await models.default.rank(RankRequest(query, documents))
    finally:
        models.close()
    scores = {ranked.index: ranked.score for ranked in result.ranked}
    expected = Runner.open(exported, manifest, manifest.graphs["int8"]).logits(
        [(query, text) for _, text in PAIRS[:4]]
    )
    for index, logit in enumerate(expected):
        assert scores[index] == pytest.approx(1 / (1 + np.exp(-(logit - 0.5) / 1.25)), abs=1e-3)


@pytest.mark.parametrize("save", [save_word_piece_encoder, save_unigram_encoder])
def test_without_prefixes(save: Callable[[Path], Path], tmp_path: Path) -> None:
    source = save_late_interaction(
        save(tmp_path / "encoder"), tmp_path / "late", prefixes=NO_PREFIXES
    )
    manifest = export(str(source), tmp_path / "model", "tiny")
    assert manifest is not None
    runner = Runner.open(tmp_path / "model", manifest, manifest.graphs["fp32"])
    assert runner.logits(TEXTS) == pytest.approx(
        open_checkpoint(str(source)).reference(TEXTS), abs=1e-4
    )


def test_it_can_be_trained_on(source: Path, tmp_path: Path) -> None:
    """What `model train` saves is opened with the same logits."""
    start = open_start(str(source))
    start.save(tmp_path / "saved")
    (tmp_path / "saved" / "train.json").write_bytes((source / "train.json").read_bytes())
    saved = open_checkpoint(str(tmp_path / "saved"))
    assert saved.reference(PAIRS) == start.checkpoint.reference(PAIRS)
    assert saved.prompt == start.checkpoint.prompt


def test_training_sees_what_serving_sees(source: Path) -> None:
    """No dropout: a step's logits are those of the network that is served."""
    network = LateInteraction.open(source)
    ids = torch.arange(5, 15)[None]
    inputs = ids, torch.ones_like(ids), (ids > 8).long()
    served = network(*inputs)
    assert torch.equal(network.train()(*inputs), served)


def test_names_of_features() -> None:
    assert default_features(12) == ("cosine", "maxsim:12", "maxsim:8", "maxsim:4", "lexical")
    assert default_features(1) == ("cosine", "maxsim:1", "lexical")
    for names, why in {
        ("bm25",): "no feature 'bm25': there are cosine, maxsim:LAYER, lexical",
        ("maxsim",): "no feature 'maxsim'",
        ("cosine:2",): "no feature 'cosine:2'",
        ("maxsim:13",): "layers 0 to 12",
        ("maxsim:-1",): "layers 0 to 12",
        ("cosine", "cosine"): "different ones",
        (): "at least one",
    }.items():
        with pytest.raises(ModelError, match=why):
            read_features(names, 12)


@pytest.mark.parametrize(
    ("file", "match"),
    [("train.json", "its fitting has not ended"), ("model.safetensors", "cannot be read")],
)
def test_what_is_missing_is_one_line(encoder: Path, tmp_path: Path, file: str, match: str) -> None:
    source = save_late_interaction(encoder, tmp_path / "late")
    (source / file).unlink()
    with pytest.raises(ModelError, match=match) as caught:
        export(str(source), tmp_path / "model")
    assert "\n" not in caught.value.message
    assert not (tmp_path / "model").exists()


def test_a_feature_of_a_newer_version_is_named(encoder: Path, tmp_path: Path) -> None:
    source = save_late_interaction(encoder, tmp_path / "late")
    config = json.loads((source / "config.json").read_text())
    config["late_interaction"]["features"][0] = "soft"
    (source / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match="no feature 'soft'"):
        open_checkpoint(str(source))
