"""The words around a number."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.text.bounds import BoundWords, Side, alternatives, bound, joins
from sidecar.text.folding import unspaced
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


WORDS = (
    "m",
    "max",
    "max.",
    "bis",
    "bis zu",
    "以下",
    "元以下",
    "u元",
    "up to",
    "<",
    "<=",
    "é",
    "no.",
)
TEXTS = st.lists(st.sampled_from((*WORDS, "x", " ", "5", "ø"))).map(
    lambda pieces: " ".join("".join(pieces).split())
)


@given(st.lists(st.sampled_from(WORDS), min_size=1), TEXTS)
def test_words_are_found_whole_where_their_script_has_spaces(words: list[str], text: str) -> None:
    def is_whole(word: str, start: int) -> bool:
        before, after = text[:start][-1:], text[start + len(word) :][:1]
        spaced = not unspaced(word)
        leads = spaced and word[0].isalnum() and re.match("[a-zæøłđıа-яё]", before)
        return not (leads or (spaced and word[-1].isalpha() and re.match("[a-zæøłđıа-яё]", after)))

    longest = sorted(set(words), key=len, reverse=True)
    found = re.search(alternatives(words), text)
    places = (
        (at, word)
        for at in range(len(text))
        for word in longest
        if text.startswith(word, at) and is_whole(word, at)
    )
    assert (found and (found.start(), found[0])) == next(places, None)
