"""`model fit-head`: from an encoder and pools to a checkpoint that is exported, and resumes."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")
pytest.importorskip("zstandard")

from tokenizers import Tokenizer
from typer.testing import CliRunner

from sidecar.cli import app
from sidecar.errors import ModelError
from sidecar.runtime.manifest import Manifest
from sidecar.workshop.model.check.judged_collection import write_judged
from sidecar.workshop.model.families import open_checkpoint
from sidecar.workshop.model.families.cosine_head_prompt import Prefixes
from sidecar.workshop.model.head_fitting import pair_features
from sidecar.workshop.model.head_fitting.fit_head import HeadSpec, fit_head
from sidecar.workshop.model.head_fitting.information import information
from sidecar.workshop.model.package import export
from sidecar.workshop.model.training.group import Group, read_groups
from tests.workshop.model.classifiers import save_bert
from tests.workshop.model.late_interaction import save_unigram_encoder, save_word_piece_encoder
from tests.workshop.model.recipe.collections_folder import TOPICS, write_collections

FEATURES = ("cosine", "maxsim:1", "lexical")


@pytest.fixture(scope="module")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_unigram_encoder(tmp_path_factory.mktemp("encoder") / "e5")


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Questions whose answers have the question's word, among others that have not."""
    folder = tmp_path_factory.mktemp("judged") / "lessons"
    corpus = [{"_id": topic, "text": f"the notice of the {topic} is in it"} for topic in TOPICS]
    queries = [{"_id": f"q{topic}", "text": f"any {topic} to go"} for topic in TOPICS]
    grades = [
        (f"q{query}", text, float(query == text))
        for query in TOPICS
        for text in TOPICS
        if query == text or len(text) % 2
    ]
    write_judged(folder, corpus, queries, grades)
    return folder


def spec(encoder: Path, judged: Path, **changes: Any) -> HeadSpec:
    prefixes = Prefixes("query: ", "text: ")
    usual = HeadSpec(str(encoder), judged=(judged,), features=FEATURES, prefixes=prefixes)
    return replace(usual, **changes)


def test_words_are_found_to_count_and_the_checkpoint_is_exported(
    encoder: Path, judged: Path, tmp_path: Path
) -> None:
    outcome = fit_head(spec(encoder, judged), tmp_path / "late")
    assert outcome.weights["lexical"] > 0.5
    (row,) = outcome.held_out.values()
    assert row.pools == len(TOPICS) // 5
    assert row.fitted == row.bm25 == 1.0
    manifest = export(str(tmp_path / "late"), tmp_path / "model", "tiny", max_tokens=128)
    assert isinstance(manifest, Manifest)
    assert manifest.prompt.pieces[1] == "query: {query}"
    assert [(each.name, each.rows > 0) for each in manifest.sources] == [("lessons", True)]
    # The logits are those of the fitted features.
    groups = read_groups(tmp_path / "late" / "groups.jsonl")["train"]
    lines = (tmp_path / "late" / "features.jsonl").read_text().splitlines()
    features = np.array(json.loads(lines[0]))
    pairs = [(groups[0].query, text) for text in groups[0].documents]
    logits = open_checkpoint(str(tmp_path / "late")).reference(pairs)
    expected = features @ list(outcome.weights.values())
    assert np.diff(logits) == pytest.approx(np.diff(expected), abs=0.1)  # bfloat16


def test_a_checkpoint_is_fitted_anew(encoder: Path, judged: Path, tmp_path: Path) -> None:
    """With its own features and prefixes; so it is after `model train`."""
    first = fit_head(spec(encoder, judged), tmp_path / "late")
    again = HeadSpec(str(tmp_path / "late"), judged=(judged,))
    assert fit_head(again, tmp_path / "again").weights == pytest.approx(first.weights)
    prompts = [open_checkpoint(str(tmp_path / name)).prompt for name in ("late", "again")]
    assert prompts[0] == prompts[1]


def test_an_interrupted_run_resumes_and_ends_the_same(
    encoder: Path, judged: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = fit_head(spec(encoder, judged), tmp_path / "whole")
    read = pair_features.PairReader.features
    calls: list[Group] = []

    def interrupted(self: pair_features.PairReader, group: Group) -> pair_features.Matrix:
        calls.append(group)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return read(self, group)

    monkeypatch.setattr(pair_features.PairReader, "features", interrupted)
    with pytest.raises(KeyboardInterrupt):
        fit_head(spec(encoder, judged), tmp_path / "late")
    with pytest.raises(ModelError, match=r"no config\.json"):
        open_checkpoint(str(tmp_path / "late"))
    with (tmp_path / "late" / "features.jsonl").open("a") as file:
        file.write("[[0.1, 0.")  # the line that it was writing
    with pytest.raises(ModelError, match="begun with other settings"):
        fit_head(spec(encoder, judged, seed=8), tmp_path / "late")
    assert fit_head(spec(encoder, judged), tmp_path / "late") == whole
    assert len(calls) == 4 + len(TOPICS) - 3
    assert open_checkpoint(str(tmp_path / "late")).temperature == whole.calibration["temperature"]


def test_the_command_reads_the_recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pair_features, "TEXTS_FOR_MEANS", 20)
    encoder = save_word_piece_encoder(tmp_path / "minilm")
    data = write_collections(tmp_path / "data")
    arguments = [
        *("model", "fit-head", str(encoder), str(tmp_path / "late"), "--recipe", str(data)),
        *("--pools", "5", "--features", "cosine, lexical", "--languages", "en, zh"),
        *("--licence", "MIT", "--max-tokens", "64"),
    ]
    run = CliRunner().invoke(app, arguments)
    assert run.exit_code == 0, run.output
    for word in ("cmrc_zh", "fashion_products", "BM25", "cosine", "fitted", "lexical"):
        assert word in run.output
    checkpoint = open_checkpoint(str(tmp_path / "late"))
    assert (checkpoint.languages, checkpoint.licence) == (("en", "zh"), "MIT")
    licences = {source.name: source.licence for source in checkpoint.training_sources}
    assert licences["vespa_products"] == "Apache-2.0"


def test_information_is_the_vocabularys_or_that_of_the_texts(encoder: Path, tmp_path: Path) -> None:
    unigram = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    logs = {piece: score for piece, score in json.loads(unigram.to_str())["model"]["vocab"]}
    values = information(unigram, (), 700)
    piece = "▁the"
    assert values[unigram.token_to_id(piece)] == pytest.approx(
        min(max(-logs[piece], 4), 14) - 3, abs=1e-5
    )
    assert values[unigram.token_to_id("<s>")] == 1
    assert values[unigram.get_vocab_size() :].tolist() == [1.0] * (700 - unigram.get_vocab_size())
    folder = save_word_piece_encoder(tmp_path / "minilm")
    pieces = Tokenizer.from_file(str(folder / "tokenizer.json"))
    pieces.no_padding()
    pieces.no_truncation()
    counted = information(pieces, ["the tea and the notice"] * 50, pieces.get_vocab_size())
    assert counted[pieces.token_to_id("the")] < counted[pieces.token_to_id("of")]
    assert 1 <= counted.min() <= counted.max() <= 11


def test_what_cannot_be_fitted_is_one_line(encoder: Path, judged: Path, tmp_path: Path) -> None:
    late = tmp_path / "late"
    for changed, why in (
        (replace(spec(encoder, judged), judged=()), "nothing to fit on: give --recipe or --judged"),
        (spec(encoder, judged, features=("maxsim:99",)), "layers 0 to 3"),
        (spec(save_bert(tmp_path / "bert"), judged), "fitted to BERT encoders alone"),
        (spec(tmp_path, judged), r"no config\.json"),
        (spec(encoder, judged, max_tokens=12), "raise --max-tokens"),
    ):
        with pytest.raises(ModelError, match=why) as caught:
            fit_head(changed, late)
        assert "\n" not in caught.value.message
        assert not late.exists()
