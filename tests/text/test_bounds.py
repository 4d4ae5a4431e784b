"""The words around a number."""

import pytest

from sidecar.text.bounds import BoundWords, Side, bound, joins
from sidecar.text.numerals import plain
from sidecar.text.vocabularies import load


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("under #", Side.HIGH),
        ("no more than #", Side.HIGH),
        ("not less than #", Side.LOW),
        ("# or less", Side.HIGH),
        ("mindestens #", Side.LOW),
        ("nicht mehr als #", Side.HIGH),
        ("# oder mehr", Side.LOW),
        ("jusqu'à #", Side.HIGH),
        ("à partir de #", Side.LOW),
        ("al massimo #", Side.HIGH),
        ("#以下", Side.HIGH),
        ("#以上", Side.LOW),
        ("不低于#", Side.LOW),
        ("about #", Side.ABOUT),
        ("#くらい", Side.ABOUT),
        ("thunder #", None),
        ("# lessons", None),
        ("#", None),
    ],
)
def test_a_bound(text: str, side: Side | None) -> None:
    before, _, after = plain(text).partition("#")
    found = bound(before, after)
    assert (found.side if found else None) is side


@pytest.mark.parametrize(
    ("before", "between", "expected"),
    [
        ("", " - ", True),
        ("", " to ", True),
        ("", " bis ", True),
        ("", "〜", True),
        ("between ", " and ", True),
        ("zwischen ", " und ", True),
        ("", " and ", False),
        ("between ", " or ", False),
    ],
)
def test_what_joins_two_numbers(before: str, between: str, expected: bool) -> None:
    assert joins(plain(before), plain(between)) is expected


def test_every_language_has_words_for_both_sides() -> None:
    for language, words in load("bound", BoundWords).items():
        assert words.under or words.at_most or words.or_less, language
        assert words.over or words.at_least or words.or_more, language
