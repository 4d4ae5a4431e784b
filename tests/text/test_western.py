"""What is fast for texts of Western Europe reads them as what is slow does."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.text import folding, numerals
from sidecar.text.folding import fold, unspaced, words
from sidecar.text.numerals import cased
from sidecar.text.western import CODECS, SignTable, is_latin_1

SIGNS = "aZ0 .,-_'\t\nßäÉøœµ§°·×«»€£½¼²ª©®™’“”–…•´\u00a0\u00ad\x85\0\1\2\3中é\u0301Šǆ"
TEXT = st.text(st.sampled_from(SIGNS), max_size=10) | st.text(max_size=10)
SLOW: tuple[tuple[Callable[[str], str], Callable[[str], str]], ...] = (
    (words, folding._words),
    (fold, folding._fold),
    (cased, numerals._cased),
)


@given(TEXT)
def test_each_way_to_change_a_text_gives_the_same(text: str) -> None:
    for quick, slow in SLOW:
        if not text.isascii():
            assert quick(text) == slow(text)


@pytest.mark.parametrize("codec", CODECS)
def test_each_sign_alone_and_between_others(codec: str) -> None:
    for code in range(128, 256):
        sign = bytes([code]).decode(codec, "ignore")
        for text in (sign, f"{sign}{sign}", f"a{sign} {sign}B", f"§{sign}§") if sign else ():
            for quick, slow in SLOW:
                assert text.isascii() or quick(text) == slow(text)


def test_a_german_or_french_text_is_changed_by_the_table() -> None:
    capitals = SignTable(
        lambda sign: None if sign == "ÿ" else "SS" if sign == "ß" else sign.upper()
    )
    assert capitals.change("Größe für 12 €, « été »") == "GRÖSSE FÜR 12 €, « ÉTÉ »"
    assert capitals.change("sœur – “là”") == "SŒUR – “LÀ”"
    assert capitals.change("ÿ") is None
    assert capitals.change("é中") is None


def test_latin_1() -> None:
    assert [is_latin_1(text) for text in ("Größe", "12 €", "红色")] == [True, False, False]
    assert [unspaced(text) for text in ("Größe", "12 €", "红色")] == [False, False, True]
