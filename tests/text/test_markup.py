"""Texts in HTML: tags become spaces, entities characters, and every place stays where it was."""

import time

import pytest

from sidecar.text.boundaries import boundaries
from sidecar.text.markup import balanced, blanked


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<p>Light <b>shoe</b>.</p>", "Light shoe ."),
        ('<a href="https://example.com/x?a=1&b=2">Red</a> sock', "Red sock"),
        ("wet&nbsp;trails &amp; mud &#x1F45F; &eacute;", "wet trails & mud 👟 é"),
        ("a<br/>b<BR>c", "a b c"),
        ("<!-- <p>hidden</p> -->shown", "shown"),
        ("<script>var a = '<p>';</script><STYLE>p {}</STYLE>shown", "shown"),
        ("<!DOCTYPE html><h1>Red</h1>", "Red"),
    ],
)
def test_what_a_reader_sees(text: str, words: str) -> None:
    seen = blanked(text)
    assert len(seen) == len(text)
    assert seen.split() == words.split()


@pytest.mark.parametrize(
    "text",
    ["a < b and c > d", "<3 it", "AT&T; R&D", "x <- y", "if a<b, b>c", "Tom & Jerry", "&unknown1"],
)
def test_what_is_no_markup_stays(text: str) -> None:
    assert blanked(text) == text


def test_places_stay() -> None:
    text = "<div><p>Light.</p> 𝒜 &amp; <i>e\u0301</i> 红色鞋。</div>"
    seen = blanked(text)
    for word in ("Light", "𝒜", "e\u0301", "红色鞋"):
        assert seen.index(word) == text.index(word)


def test_paragraphs_are_apart_and_words_of_a_sentence_are_not() -> None:
    text = "<li>light upper</li><li>A <b>deep</b> sole</li>"
    seen = blanked(text)
    starts = {boundary.start for boundary in boundaries(seen)}
    assert {seen[start:].split()[0] for start in starts} == {"light", "A"}


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("x <b>Light</b> shoe. y", "Light</b> shoe.", "<b>Light</b> shoe."),
        ("x <b>Red <i>one</i></b> y", "Red <i>one", "Red <i>one</i>"),
        ('x <a href="/">Red</a> one. y', "Red</a> one.", '<a href="/">Red</a> one.'),
        ("<p>Light <b>shoe</b>.</p>", "Light <b>shoe</b>.", "Light <b>shoe</b>."),
        ("<b>All. Light</b> shoe.", "Light</b> shoe.", "Light</b> shoe."),
        ("plain text", "text", "text"),
    ],
)
def test_a_span_takes_in_the_tags_that_it_would_cut_apart(
    text: str, inside: str, outside: str
) -> None:
    start = text.index(inside)
    begin, end = balanced(text, start, start + len(inside))
    assert text[begin:end] == outside


@pytest.mark.parametrize(
    "text",
    [
        "<" * 200_000,
        "<a " * 60_000,
        "<!--" * 50_000,
        "<script>" * 25_000,
        "&" * 200_000,
        "&#" * 100_000,
        "x " + "<b>" * 60_000,
        "</b>" * 50_000 + "x",
    ],
    ids=lambda text: text[:10],
)
def test_time_is_linear(text: str) -> None:
    start = time.process_time()
    blanked(text)
    balanced(text, 0, len(text))
    assert time.process_time() - start < 2.0
