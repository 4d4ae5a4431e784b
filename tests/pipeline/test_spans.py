"""Sentences as evidence: which are scored, which are returned, and where they are."""

from collections.abc import Sequence

import pytest

from sidecar.calibration import Calibration
from sidecar.pipeline.spans import Sentences, sentence_pairs
from sidecar.profile import LongDocuments, Profile
from sidecar.request import Document, SpanOptions
from sidecar.runtime.backlog import Backlog
from sidecar.runtime.scorer import Load
from sidecar.runtime.tokenizer import PairTokenizer

ONE_TO_ONE = Calibration()
EVERY = SpanOptions(threshold=0.0)


def sentences(tokenizer: PairTokenizer, *texts: str, budget_tokens: int = 1536) -> Sentences:
    documents = [Document(text=text) for text in texts]
    profile = Profile(name="plain", long=LongDocuments(budget_tokens=budget_tokens))
    return sentence_pairs("shoes", documents, range(len(texts)), tokenizer, None, profile)


def marked(
    found: Sentences, logits: Sequence[float], options: SpanOptions, *texts: str
) -> list[list[str]]:
    documents = [Document(text=text) for text in texts]
    spans = found.spans(logits, ONE_TO_ONE, documents, options)
    return [
        [text[span.start : span.end] for span in spans.get(index, ())]
        for index, text in enumerate(texts)
    ]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (SpanOptions(threshold=0.1), ["One.", "Two.", "Three."]),
        (SpanOptions(threshold=0.8), ["Two.", "Three."]),
        (SpanOptions(threshold=0.1, margin=1.0), ["Two.", "Three."]),
        (SpanOptions(threshold=0.1, margin=0.4), ["Three."]),
        (SpanOptions(threshold=0.1, max_spans=1), ["Three."]),
    ],
)
def test_the_best_sentences_of_each_document(
    tokenizer: PairTokenizer, options: SpanOptions, expected: list[str]
) -> None:
    texts = ("One. Two. Three.", "Far below.")
    found = sentences(tokenizer, *texts)
    assert marked(found, [0.0, 2.0, 2.5, -3.0], options, *texts) == [expected, []]


def test_a_margin_is_that_of_the_document_itself(tokenizer: PairTokenizer) -> None:
    texts = ("One. Two.", "Three. Four.")
    options = SpanOptions(threshold=0.1, margin=1.0)
    found = sentences(tokenizer, *texts)
    assert marked(found, [5.0, 1.0, 1.0, 0.5], options, *texts) == [["One."], ["Three.", "Four."]]


def test_html_is_read_as_its_readers_see_it_and_marked_where_it_is(
    tokenizer: PairTokenizer,
) -> None:
    html = '<p class="nbsp">Light&nbsp;<b>shoe</b>.</p><p><b>Red</b> upper &amp; sole.</p>'
    plain = "Light shoe.\n\nRed upper & sole."
    found, same = sentences(tokenizer, html), sentences(tokenizer, plain)
    assert [list(each.ids) for each in found.inputs] == [list(each.ids) for each in same.inputs]
    expected = ["Light&nbsp;<b>shoe</b>.", "<b>Red</b> upper &amp; sole."]
    assert marked(found, [1.0, 1.0], EVERY, html) == [expected]


def test_sentences_of_a_text_without_html_are_read_as_they_are(tokenizer: PairTokenizer) -> None:
    text = "Let a < b  and c > 40. Tom & Jerry."
    found = sentences(tokenizer, text)
    assert marked(found, [1.0, 1.0], EVERY, text) == [["Let a < b  and c > 40.", "Tom & Jerry."]]


def test_when_time_is_short_each_document_keeps_its_best_sentences(
    tokenizer: PairTokenizer,
) -> None:
    texts = ("Keys. Rent. " * 20 + "The shoes fit.", "Socks.")
    every = sentences(tokenizer, *texts)
    tokens = sum(map(len, every.inputs))
    assert every.within_time(Load(0, 0, Backlog(), 0.0, 1000.0), tokens / 1000) is every
    assert every.within_time(Load(0, 0, Backlog(), 0.0, None), 0.001) is every
    few = every.within_time(Load(0, 0, Backlog(), 0.0, 1000.0), tokens / 2000)
    assert few.shortened == (0,)
    assert sum(map(len, few.inputs)) <= 0.8 * tokens / 2
    assert "The shoes fit." in marked(few, [0.0] * len(few.inputs), EVERY, *texts)[0]
    none_left = every.within_time(Load(0, 0, Backlog.of(9.0), 0.0, 1000.0), 0.001)
    assert [each.document for each in none_left.sentences] == [0, 1]


def test_texts_without_words_have_no_sentences(tokenizer: PairTokenizer) -> None:
    found = sentences(tokenizer, "", " \n", "--- ...", "<br/><img src=x>")
    assert found.inputs == []
    assert found.within_time(Load(0, 0, Backlog.of(9.0), 0.0, 1000.0), 0.001).inputs == []
