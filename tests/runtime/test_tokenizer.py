"""Pairs are the ids that the model was trained on, and only the document is cut."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from tokenizers import Tokenizer

from sidecar.errors import InputTooLong, ModelError
from sidecar.pipeline.fit import Fit
from sidecar.profile import PLAIN
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.tokenizer import MIN_DOCUMENT_TOKENS, PairTokenizer
from tests.pipeline.pairs import pairs, passage_pairs
from tests.runtime.texts import companies, queries


@pytest.fixture(scope="module")
def reference(folder: Path) -> Tokenizer:
    """The library's own pair encoding, truncating the second text alone."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(512, strategy="only_second")
    return tokenizer


@settings(max_examples=50)
@given(query=queries, texts=companies)
def test_spliced_pairs_are_the_librarys_pairs(
    tokenizer: PairTokenizer, reference: Tokenizer, query: str, texts: list[str]
) -> None:
    for pair, text in zip(pairs(tokenizer, query, texts), texts, strict=True):
        expected = reference.encode(query, text)
        assert pair.ids.tolist() == expected.ids
        assert pair.segments is not None
        assert pair.segments.tolist() == expected.type_ids


def test_only_the_document_is_cut(tokenizer: PairTokenizer, reference: Tokenizer) -> None:
    found = passage_pairs(tokenizer, "who pays the rent", ["short", "word " * 3000])
    pair = found.pairs[1].input
    assert len(pair) == tokenizer.max_tokens
    assert found.truncated == (1,)
    assert pair.ids.tolist() == reference.encode("who pays the rent", "word " * 3000).ids


def test_the_left_can_be_cut_instead(tokenizer: PairTokenizer) -> None:
    (right,) = pairs(tokenizer, "q", ["the end"])
    (left,) = pairs(tokenizer, "q", ["word " * 3000 + "the end"], Fit(cut="left"))
    assert left.ids[-3:].tolist() == right.ids[-3:].tolist()


def test_a_documents_own_limit(tokenizer: PairTokenizer) -> None:
    cut = passage_pairs(tokenizer, "q", ["one two three four"], Fit(max_tokens=2))
    short = passage_pairs(tokenizer, "q", ["one two"], Fit(max_tokens=2))
    assert cut.pairs[0].input.ids.tolist() == short.pairs[0].input.ids.tolist()
    assert (cut.truncated, short.truncated) == ((0,), ())


def test_what_must_not_be_cut_is_refused(tokenizer: PairTokenizer) -> None:
    with pytest.raises(InputTooLong, match="document 1"):
        pairs(tokenizer, "q", ["short", "word " * 600], Fit(cut=None))


def test_a_query_must_leave_room_for_a_document(tokenizer: PairTokenizer) -> None:
    fits = tokenizer.document_tokens - MIN_DOCUMENT_TOKENS
    (pair,) = pairs(tokenizer, "word " * fits, ["word " * 600])
    assert len(pair) == tokenizer.max_tokens
    with pytest.raises(InputTooLong, match=r"\$\.query"):
        pairs(tokenizer, "word " * (fits + 1), ["a"], Fit(cut=None))


def test_a_query_that_is_too_long_is_cut_to_half_of_the_pair(tokenizer: PairTokenizer) -> None:
    words = [f"word{number}" for number in range(600)]
    text = " ".join(words)
    half = tokenizer.document_tokens // 2
    right, left = (tokenizer.query(text, cut=cut) for cut in ("right", "left"))
    for query in (right, left):
        assert half - 3 <= tokenizer.document_tokens - query.room <= half
        assert set(query.text.split()) <= set(words), "whole words alone"
    assert text.startswith(right.text)
    assert text.endswith(left.text)
    assert tokenizer.query(right.text).parts == right.parts


@pytest.mark.parametrize(
    "text", ["x" * 10**6, "\U0001f45f" * 10**5, "漢字" * 10**4, "a" + " b" * 10**6]
)
def test_a_query_of_any_length_and_script_is_cut(tokenizer: PairTokenizer, text: str) -> None:
    query = tokenizer.query(text, cut="right")
    assert text.startswith(query.text)
    assert query.room >= MIN_DOCUMENT_TOKENS
    assert len(tokenizer.encode([query.text])[0]) > 0


def test_a_query_has_at_most_the_tokens_that_the_caller_says(tokenizer: PairTokenizer) -> None:
    def read(text: str, **limits: int) -> str:
        return tokenizer.query(text, cut="right", **limits).text

    assert read("one two three", max_tokens=2) == "one two"
    assert read("one two three", max_tokens=3) == "one two three"
    assert tokenizer.query("one two three", cut="left", max_tokens=2).text == "two three"
    special = tokenizer.max_tokens - tokenizer.document_tokens
    assert read("one two three four", max_pair_tokens=special + 5) == "one two three four"
    assert read("one two three four", max_pair_tokens=special + 4) == "one two"
    assert read("one two three four", max_pair_tokens=special + 4, max_tokens=1) == "one"
    with pytest.raises(InputTooLong, match="no room for a query in 4 tokens"):
        read("one", max_pair_tokens=special + 1)


def test_a_text_that_spells_a_special_token_is_text(tokenizer: PairTokenizer) -> None:
    (pair,) = pairs(tokenizer, "q", ["a [SEP] b [PAD]"])
    (plain,) = pairs(tokenizer, "q", ["a"])
    separator, padding = plain.ids[-1], tokenizer.pad_id
    assert pair.ids.tolist().count(separator) == 2
    assert padding not in pair.ids


def test_fields_are_encoded_one_by_one_to_the_same_ids(tokenizer: PairTokenizer) -> None:
    fields = {"title": "Trail runner", "brand": "Kettering", "size": 42}
    joined = "title: Trail runner\nbrand: Kettering\nsize: 42\n"
    structured, flat = pairs(tokenizer, "q", [fields, joined])
    assert structured.ids.tolist() == flat.ids.tolist()


def test_an_unknown_padding_token_is_refused(folder: Path, manifest: Manifest) -> None:
    padding = manifest.padding.model_copy(update={"token": "<nothing>"})
    with pytest.raises(ModelError, match="padding"):
        PairTokenizer.open(folder, manifest.model_copy(update={"padding": padding}))


def test_long_texts_are_located_with_the_same_ids(tokenizer: PairTokenizer) -> None:
    texts = ["short", "naïve größe 東京 \U0001f45f " * 20, "", "also short", "word " * 50]
    found = tokenizer.locate(texts, longer_than=20)
    assert [each.ids for each in found] == tokenizer.encode(texts)
    assert [each.spans is not None for each in found] == [False, True, False, False, True]
    for text, each in zip(texts, found, strict=True):
        if each.spans is not None:
            assert each.spans == tokenizer.spans(text)
            assert len(each.spans) == len(each.ids)
    assert all(each.spans is None for each in tokenizer.locate(texts, longer_than=10_000))


@pytest.mark.parametrize("characters", [1, 10**6])
def test_windows_are_the_same_whether_a_text_was_expected_to_be_long(
    tokenizer: PairTokenizer, monkeypatch: pytest.MonkeyPatch, characters: int
) -> None:
    text = "The lease ends. Größe 東京 counts. " * 120
    documents = [{"title": "A title", "text": text}, text, "short"]
    usual = passage_pairs(tokenizer, "when does the lease end", documents, Fit(long=PLAIN.long))
    monkeypatch.setattr("sidecar.pipeline.passage_pairs.LONG_CHARACTERS", characters)
    other = passage_pairs(tokenizer, "when does the lease end", documents, Fit(long=PLAIN.long))
    assert len(usual.pairs) > 3
    for one, two in zip(usual.pairs, other.pairs, strict=True):
        assert one.input.ids.tolist() == two.input.ids.tolist()
        assert one.evidence == two.evidence
