"""Amounts and currencies in a text."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from num2words import num2words

from sidecar.text.money import amounts, comparable, currency_of, same
from sidecar.text.numerals import plain
from sidecar.text.vocabularies import Names, load


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$49.99", [(49.99, "dollar")]),
        ("49,99 USD", [(49.99, "USD")]),
        ("€ 1.299,00", [(1299, "EUR")]),
        ("1.299 €", [(1299, "EUR")]),
        ("2k usd", [(2000, "USD")]),
        ("£5", [(5, "GBP")]),
        ("50-100 €", [(50, ""), (100, "EUR")]),
        ("$50-$100", [(50, "dollar"), (100, "dollar")]),
        ("Rs. 499/-", [(499, "rupee")]),
        ("12:-", [(12, "")]),
        ("1.5 lakh rs", [(150_000, "rupee")]),
        ("5千円", [(5000, "JPY")]),
        ("一万五千円", [(15_000, "JPY")]),
        ("五百元", [(500, "CNY")]),
        ("fifty dollars", [(50, "dollar")]),
        ("fünfzig Euro", [(50, "EUR")]),
        ("cinquante euros", [(50, "EUR")]),
        ("twenty-five bucks", [(25, "dollar")]),
        ("fifty shades", []),
        ("16gb", []),
        ("50x70", []),
        ("100%", []),
        ("205/55 r16", []),
    ],
)
def test_amounts(text: str, expected: list[tuple[float, str]]) -> None:
    assert [(amount.value, amount.currency) for amount in amounts(plain(text))] == expected


def test_signs_that_several_currencies_share_are_compared_with_each() -> None:
    for left, right in (("dollar", "CAD"), ("krona", "SEK"), ("", "EUR")):
        assert comparable(left, right)
        assert comparable(right, left)
    for left, right in (("dollar", "EUR"), ("SEK", "NOK")):
        assert not comparable(left, right)
    assert same("USD", "dollar")
    assert not same("", "EUR")
    assert [currency_of(code) for code in ("eur", "€", "kg", 3)] == ["EUR", "EUR", "", ""]


@given(st.text(max_size=60))
def test_any_text_is_read_in_order(text: str) -> None:
    found = amounts(plain(text))
    assert all(one.end <= two.start for one, two in pairwise(found))


@pytest.mark.parametrize("language", sorted(load("number", Names)))
def test_the_words_of_numbers_are_those_of_num2words(language: str) -> None:
    """Each number has the words that num2words says, and no number has another's."""
    said = {
        number: _plain_words(num2words(int(number), lang={"pt": "pt_BR"}.get(language, language)))
        for number in load("number", Names)[language].names
    }
    for number, spellings in load("number", Names)[language].names.items():
        written = set(map(_plain_words, spellings))
        assert said[number] in written
        others = {words for other, words in said.items() if other != number}
        assert not written & others


def _plain_words(text: str) -> str:
    return " ".join(plain(text).replace("-", " ").replace(",", " ").split())
