"""Spans of HTML take in the tags that they would cut apart."""

import time

import pytest

from sidecar.text.tag_pairs import balanced


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
    balanced(text, 0, len(text))
    assert time.process_time() - start < 2.0
