"""A code is named as a code: not by a word, a price or a count that happens to be in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.text.folded_texts import FoldedTexts
from sidecar.text.query.codes import Codes
from sidecar.text.query.naming import Naming


def holds(query: str, value: str) -> bool:
    return Codes.of(Naming.of(query), query).holds(value, min_length=4)


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("MAX-2000 pump", "MAX-2000"),
        ("max 2000 pump", "MAX-2000"),
        ("set-1001 wall bracket", "SET-1001"),
        ("set1001", "SET-1001"),
        ("wh1000xm4", "WH-1000XM4"),
        ("dcd-791-b", "DCD791B"),
        ("part no 7-1-2-440", "7-1-2-440"),
        ("42-315", "42-315"),
        ("sku 100245", "100245"),
        ("filter 123456", "00123456"),
        ("filter 00123456", "123456"),
        ("4012200328002", "04012200328002"),
        ("04012200328002", "4012200328002"),
        ("0 12345 67890 5", "00012345678905"),
        ("KLM4-AB", "KLM4-AB-001"),
        ("klm4-ab bolt", "KLM4-AB_XL"),
        ("PLR2008PINK", "PLR2008PINK"),
        ("case XKQV", "XKQV"),
        ("spare part LAMP for kettle", "LAMP"),
        ("6323758", "6323758"),
    ],
)
def test_a_code_is_named(query: str, value: str) -> None:
    assert holds(query, value)


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("lamp", "LAMP"),
        ("Lamp", "LAMP"),
        ("desk lamp", "DESK-LAMP"),
        ("pump max 2000 €", "MAX-2000"),
        ("set under 1001", "1001"),
        ("pack 2000 pieces", "PACK-2000"),
        ("size 10 shoes", "SIZE-10"),
        ("MAX-2000 pump", "MAX-2001"),
        ("filter 123456", "00123457"),
        ("laptop under 123456", "00123456"),
        ("klm4 ab", "KLM4-AB-001"),
        ("KLM4", "KLM4-AB-001"),
        ("iphone 15 case", "IPHONE15-BLK"),
        ("AB-001", "KLM4-AB-001"),
        ("bond 7007", "0007"),
        ("1000 piece puzzle", "1000"),
    ],
)
def test_what_names_no_code(query: str, value: str) -> None:
    assert not holds(query, value)


@given(st.integers(min_value=10**7, max_value=10**13), st.integers(0, 6), st.integers(0, 6))
def test_zeros_before_a_number_do_not_matter(code: int, typed: int, kept: int) -> None:
    assert holds(f"{'0' * typed}{code}", f"{'0' * kept}{code}")


@given(st.text(max_size=40), st.text(max_size=20))
def test_any_text_is_read(query: str, value: str) -> None:
    codes = Codes.of(Naming.of(query), query)
    for answer in (codes.holds, codes.wants, codes.excludes):
        assert answer(value, 4) in (True, False)


def test_an_excluded_code_is_not_wanted() -> None:
    codes = Codes.of(Naming.of("pump not MAX-2000"), "pump not MAX-2000")
    assert codes.excludes("MAX-2000", 4)
    assert not codes.wants("MAX-2000", 4)


CODES = (
    "MAX-2000",
    "max",
    "2000",
    "KLM4-AB-001",
    "KLM4-AB",
    "klm4ab001",
    "0004012200328002",
    "4012200328002",
)
VALUES = st.lists(
    st.sampled_from((*CODES, "LAMP", "lamp", "not", "pump", "ＫＬＭ4", "½", "")), max_size=4
)


@given(st.lists(VALUES.map(" ".join), max_size=5), VALUES.map(" ".join))
def test_the_codes_that_a_query_names_are_among_the_candidates(
    values: list[str], query: str
) -> None:
    codes = Codes.of(Naming.of(query), query)
    named = {
        at for at, value in enumerate(values) if codes.wants(value, 1) or codes.excludes(value, 1)
    }
    assert named <= codes.candidates(FoldedTexts(values))
