"""Spans of HTML take in the tags that they would cut apart."""

import pytest

from sidecar.text.tag_pairs import balanced
from tests.growth import assert_linear


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
    ("before", "unit", "after"),
    [
        ("", "<", ""),
        ("", "<a ", ""),
        ("", "<!--", ""),
        ("", "<script>", ""),
        ("", "&", ""),
        ("", "&#", ""),
        ("x ", "<b>", ""),
        ("", "</b>", "x"),
    ],
)
def test_time_is_linear(before: str, unit: str, after: str) -> None:
    def read(length: int) -> None:
        text = before + unit * (length // len(unit)) + after
        balanced(text, 0, len(text))

    assert_linear(read, 20_000)
