"""`model prune-vocabulary`: fewer pieces, the same vectors for those that stay."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

import torch
from tokenizers import Tokenizer
from transformers import AutoModel
from typer.testing import CliRunner

from sidecar.cli import app
from sidecar.errors import ModelError
from sidecar.workshop.model.package import export
from sidecar.workshop.model.vocabulary.pruning import Pruned, prune_vocabulary
from sidecar.workshop.model.vocabulary.reading import read_texts
from sidecar.workshop.model.vocabulary.tokenizer import kept_ids, pieces, with_pieces
from sidecar.workshop.model.vocabulary.usage import of_language, of_texts
from tests.workshop.model.classifiers import (
    TEXTS,
    save_bert,
    save_modern_bert,
    save_xlm_roberta,
    unigram,
    word_piece,
)

SAVERS = {"word-piece": save_bert, "unigram": save_xlm_roberta}


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    file = tmp_path / "texts.txt"
    file.write_text("\n".join(TEXTS[:6]))
    return file


@pytest.fixture(params=SAVERS)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return SAVERS[request.param](tmp_path / "source")


def pruned(source: Path, texts: Path, count: int = 110) -> tuple[Path, Pruned]:
    folder = source.parent / "smaller"
    return folder, prune_vocabulary(source, folder, count, (), [texts])


def test_what_is_kept_has_the_vectors_that_it_had(source: Path, texts: Path) -> None:
    folder, figures = pruned(source, texts)
    old, new = (Tokenizer.from_file(str(place / "tokenizer.json")) for place in (source, folder))
    rows = [
        AutoModel.from_pretrained(place).get_input_embeddings().weight for place in (source, folder)
    ]
    assert (new.get_vocab_size(), rows[1].shape[0]) == (110, 110)
    assert figures.pieces_after == 110
    assert figures.megabytes_after < figures.megabytes_before
    for piece, index in new.get_vocab().items():
        assert torch.equal(rows[1][index], rows[0][old.get_vocab()[piece]]), piece


def test_texts_whose_pieces_all_stay_are_scored_as_before(source: Path, tmp_path: Path) -> None:
    """A real reranker: its logits do not change where no piece is lost."""
    everything = tmp_path / "everything.txt"
    everything.write_text("laptop bag\nthe bag")
    folder, _ = pruned(source, everything)
    pairs = [("laptop bag", "the bag"), ("the bag", "laptop")]
    from sidecar.workshop.model.families import open_checkpoint

    before, after = (open_checkpoint(str(place)).reference(pairs) for place in (source, folder))
    assert after == pytest.approx(before, abs=1e-5)
    assert export(str(folder), tmp_path / "model") is not None


def test_every_text_can_still_be_read(source: Path, texts: Path) -> None:
    folder, _ = pruned(source, texts)
    small, whole = (
        Tokenizer.from_file(str(place / "tokenizer.json")) for place in (folder, source)
    )
    for tokenizer in (small, whole):
        tokenizer.no_truncation()
    unknown = {tokenizer: tokenizer.token_to_id("[UNK]") or 3 for tokenizer in (small, whole)}
    for text in TEXTS:
        ids = small.encode(text, add_special_tokens=False).ids
        assert ids
        count = whole.encode(text, add_special_tokens=False).ids.count(unknown[whole])
        assert ids.count(unknown[small]) == count, text


@pytest.mark.parametrize("make", [word_piece, unigram])
def test_each_usage_counts_the_same_whatever_its_size(make: Callable[[], Tokenizer]) -> None:
    state = json.loads(make().to_str())
    common, rare = [
        index for index, name in pieces(state).items() if len(name) > 5 and name[0] not in "[<"
    ][:2]
    usages = [{common: 400.0, 0: 600.0}, {rare: 1.0}]
    fewest = len(kept_ids(state, usages, len(pieces(state)))) - 2
    assert {common, rare} & set(kept_ids(state, usages, fewest + 1)) == {rare}


def test_pieces_that_nobody_uses_go_even_where_there_is_room(source: Path, texts: Path) -> None:
    _, figures = pruned(source, texts, 400)
    assert figures.pieces_after < 400
    assert figures.rows[0].lost == 0


def test_two_files_of_one_name_both_count(source: Path, tmp_path: Path) -> None:
    files = [tmp_path / name / "texts.txt" for name in ("one", "other")]
    for file, line in zip(files, (TEXTS[0], TEXTS[1]), strict=True):
        file.parent.mkdir()
        file.write_text(line)
    figures = prune_vocabulary(source, tmp_path / "smaller", 400, (), files)
    assert [row.lost for row in figures.rows] == [0, 0]


def test_a_unigram_that_knows_every_character_has_no_unknown_piece() -> None:
    state = json.loads(unigram().to_str())
    state["model"]["unk_id"] = None
    kept = kept_ids(state, [], len(pieces(state)))
    assert with_pieces(state, kept)["model"]["unk_id"] is None


def test_a_language_s_words_are_counted_with_and_without_a_capital() -> None:
    pytest.importorskip("wordfreq", reason="word lists need the extra `build`")
    tokenizer = unigram()
    usage = of_language(tokenizer, "de")
    assert sum(usage.values()) > 0.9
    lower = of_texts(tokenizer, ["die", "der"])
    assert all(index in usage for index in lower)


def test_words_of_unspaced_languages_are_counted_as_within_a_text() -> None:
    pytest.importorskip("wordfreq", reason="word lists need the extra `build`")
    tokenizer = unigram()
    begins = {
        i for i, name in pieces(json.loads(tokenizer.to_str())).items() if name[0] == "\u2581"
    }
    spaced, unspaced = (of_language(tokenizer, language) for language in ("en", "ja"))
    assert sum(spaced[i] for i in begins) > 0.1
    assert sum(unspaced[i] for i in begins) < 0.05


def test_a_language_without_a_word_list(source: Path, tmp_path: Path) -> None:
    pytest.importorskip("wordfreq", reason="word lists need the extra `build`")
    with pytest.raises(ModelError, match="no word list of 'xx': there are ar, bg"):
        prune_vocabulary(source, tmp_path / "smaller", 300, ["xx"])
    assert not (tmp_path / "smaller").exists()


def test_too_few_pieces(source: Path, texts: Path) -> None:
    with pytest.raises(ModelError, match="7 pieces are too few: special tokens and single char"):
        pruned(source, texts, 7)


def test_a_bpe(tmp_path: Path, texts: Path) -> None:
    with pytest.raises(ModelError, match="its tokenizer is a BPE: only a WordPiece or a Unigram"):
        pruned(save_modern_bert(tmp_path / "source"), texts)


def test_weights_of_another_vocabulary(source: Path, texts: Path) -> None:
    config = json.loads((source / "config.json").read_text())
    (source / "config.json").write_text(json.dumps(config | {"vocab_size": 7777}))
    with pytest.raises(ModelError, match="no weights have a row for each of 7777 pieces"):
        pruned(source, texts)


def test_json_lines_are_read_by_their_strings(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    file.write_text('{"query": "a", "n": 1}\n"b"\n[1]\n')
    assert read_texts(file) == ["a", "b"]
    (tmp_path / "empty.txt").write_text("\n\n")
    with pytest.raises(ModelError, match=r"empty\.txt holds no text"):
        read_texts(tmp_path / "empty.txt")


def test_the_command_prints_what_was_lost(source: Path, texts: Path, tmp_path: Path) -> None:
    command = [
        "model",
        "prune-vocabulary",
        str(source),
        str(tmp_path / "smaller"),
        "--pieces",
        "110",
    ]
    runner = CliRunner()
    nothing = runner.invoke(app, command)
    assert "give --languages or --texts" in str(nothing.exception)
    result = runner.invoke(app, [*command, "--texts", str(texts)])
    assert result.exit_code == 0, result.output
    assert "-> 110" in result.output
    again = runner.invoke(app, [*command, "--texts", str(texts)])
    assert "give a new folder, or --force to replace it" in str(again.exception)
