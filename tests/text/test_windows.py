"""Long texts: where they are cut, and which windows are chosen."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.text.boundaries import Boundary, Strength, boundaries
from sidecar.text.windows import Window, select, windows

DATA = Path(__file__).parents[2] / "sidecar" / "workshop" / "demo" / "data"


def spans(text: str) -> list[tuple[int, int]]:
    """Tokens as subword models have them: at most four letters of a word, or one sign."""
    return [match.span() for match in re.finditer(r"[a-zA-Z0-9]{1,4}|[^\sa-zA-Z0-9]", text)]


def sentences(text: str) -> list[str]:
    starts = [boundary.start for boundary in boundaries(text)]
    return [text[start:stop].strip() for start, stop in pairwise([*starts, len(text)])]


def cut(text: str, size: int, overlap: float = 0.0) -> list[str]:
    return [text[window.start : window.end] for window in windows(text, spans(text), size, overlap)]


WORDS = ["The", "tenant", "pays", "rent", "Inc.", "e.g.", "No. 12-345", "東京。", "它", "x" * 90]
SIGNS = [" ", ". ", "\n", "\n\n", "; ", "\n2. ", "\n(a) ", "! ", "。", "\n# "]
texts = st.lists(st.sampled_from(WORDS + SIGNS), max_size=80).map("".join) | st.text(max_size=200)
sizes, overlaps = st.integers(1, 40), st.floats(0, 0.49)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rained. We left.", ["It rained.", "We left."]),
        (
            "Acme Inc. Widgets sells bolts. It is old.",
            ["Acme Inc. Widgets sells bolts.", "It is old."],
        ),
        ("See No. 12-345 of 2019. It holds.", ["See No. 12-345 of 2019.", "It holds."]),
        ("Fees, e.g. Stamp duty, are due. Pay.", ["Fees, e.g. Stamp duty, are due.", "Pay."]),
        ("Roe v. Wade, 410 U.S. 113, is old. So.", ["Roe v. Wade, 410 U.S. 113, is old.", "So."]),
        ("It costs 12.5 in all. Or 3.", ["It costs 12.5 in all.", "Or 3."]),
        ("“Stop!” he said. They did.", ["“Stop!” he said.", "They did."]),
        ("Is it? (Yes.) No!", ["Is it?", "(Yes.)", "No!"]),
        ("Wait... what? Well", ["Wait... what?", "Well"]),
        ("a line\nthat goes on", ["a line\nthat goes on"]),
        ("one\n\ntwo", ["one", "two"]),
        ("one\r\ntwo\r\n\r\nthree", ["one\r\ntwo", "three"]),
        ("1. Rent. The fee\n2. Term", ["1. Rent.", "The fee", "2. Term"]),
        ("As agreed. 2. The term ends.", ["As agreed.", "2. The term ends."]),
        ("Either:\n(a) now; or\n(b) later.", ["Either:", "(a) now; or", "(b) later."]),
        ("# Rent\nIt is due.\n\n## Term\nIt ends.", ["# Rent\nIt is due.", "## Term\nIt ends."]),
        ("TERMINATION\nEither may end it.", ["TERMINATION\nEither may end it."]),
        ("租金应当支付。不得迟延；否则", ["租金应当支付。", "不得迟延；", "否则"]),
        ("「はい。」と言った。次", ["「はい。」", "と言った。", "次"]),
        ("", [""]),
        ("  \n", [""]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


@pytest.mark.parametrize(
    "heading",
    [
        "# Rent",
        "3. Rent",
        "12.3 Notices",
        "Article 5 Rent",
        "SECTION IV",
        "§ 433 Kauf",
        "RENT DUE",
        "Schedule A Rates",
        "第十二条 当事人",
        "第三章 附则",
        "二、租金",
    ],
)
def test_a_section_begins_at_its_heading(heading: str) -> None:
    _, section, *_ = boundaries(f"It is so.\n{heading}\nThe text.")
    assert section == Boundary(len("It is so.\n"), Strength.SECTION)


@given(texts, sizes, overlaps)
def test_windows_cover_the_text_in_order_and_within_the_size(
    text: str, size: int, overlap: float
) -> None:
    tokens = spans(text)
    windowed = windows(text, tokens, size, overlap)
    assert windowed[0].start == windowed[0].first == 0
    assert (windowed[-1].end, windowed[-1].last) == (len(text), len(tokens))
    assert all(window.tokens <= size for window in windowed)
    for window, after in pairwise(windowed):
        assert window.start < after.start <= window.end < after.end
        assert window.first <= after.first <= window.last < after.last
        assert window.last - after.first <= overlap * size
    assert windowed == windows(text, tokens, size, overlap)


@given(texts, sizes, overlaps)
def test_a_windows_tokens_are_those_of_its_characters(text: str, size: int, overlap: float) -> None:
    tokens = spans(text)
    for window in windows(text, tokens, size, overlap):
        inside = [start for start, end in tokens if window.start <= start and end <= window.end]
        assert inside == [start for start, _ in tokens[window.first : window.last]]


@given(texts, st.integers(4, 40), overlaps)
def test_a_sentence_that_fits_is_whole_in_some_window(text: str, size: int, overlap: float) -> None:
    windowed = cut(text, size, overlap)
    for sentence in sentences(text):
        if len(spans(sentence)) <= size:
            assert any(sentence in window for window in windowed)


def test_several_tokens_of_one_character_stay_together_where_they_can() -> None:
    text, tokens = "ab 😀 cd", [(0, 2), (3, 4), (3, 4), (3, 4), (5, 7)]
    windowed = windows(text, tokens, 3, 0.0)
    assert [text[window.start : window.end] for window in windowed] == ["ab ", "😀 ", "cd"]
    assert all(window.tokens <= 2 for window in windows(text, tokens, 2, 0.0))


def test_a_token_over_a_boundary_belongs_where_it_ends() -> None:
    text = "It is. So"
    windowed = windows(text, [(0, 2), (2, 5), (5, 9)], 2, 0.0)
    assert [(window.first, window.last) for window in windowed] == [(0, 2), (2, 3)]


def test_a_long_sentence_is_cut_at_a_word() -> None:
    text = "alpha beta gamma delta epsilon zeta"
    assert cut(text, 5) == ["alpha beta gamma ", "delta epsilon zeta"]


def test_the_overlap_is_whole_sentences_and_none_at_a_section() -> None:
    text = "One two. Three four. Five six. Seven eight. Nine ten."
    assert cut(text, 12, 0.4) == [
        "One two. Three four. Five six. ",
        "Five six. Seven eight. Nine ten.",
    ]
    text = "One two. Three four. Five six.\n# Next\nSeven eight. Nine ten."
    assert cut(text, 12, 0.4)[1].startswith("# Next")


def test_a_nearly_full_window_ends_with_its_section() -> None:
    text = "One two. Three four. Five six.\n\nSeven eight. Nine ten. Alpha beta."
    assert cut(text, 15)[0] == "One two. Three four. Five six.\n\n"


def clauses() -> list[str]:
    lines = (DATA / "clauses.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


NEEDLE = "The deposit of the lessee earns interest at four per cent and returns within a fortnight."


@pytest.mark.parametrize("place", range(0, 41, 2))
def test_a_needle_anywhere_in_2000_words_is_in_a_chosen_window(place: int) -> None:
    hay = clauses()
    total = 0
    used = [text for text in hay if (total := total + len(text.split())) <= 2000]
    place = min(len(used), place * len(used) // 40)
    text = "\n\n".join([*used[:place], NEEDLE, *used[place:]])
    assert len(text.split()) > 1900
    windowed = windows(text, spans(text), 480, 0.1)
    chosen = select(windowed, text, "when is interest on a lessee's deposit returned", 1536)
    assert sum(windowed[index].tokens for index in chosen) <= 1536 < windowed[-1].last
    assert any(NEEDLE in text[windowed[index].start : windowed[index].end] for index in chosen)


def test_selection_reads_other_scripts() -> None:
    text = "租金每月支付。" * 20 + "押金在两周内退还。" + "房屋应当维修。" * 20
    windowed = windows(text, spans(text), 50, 0.0)
    chosen = select(windowed, text, "押金 退还", 100)
    assert any("押金" in text[windowed[index].start : windowed[index].end] for index in chosen[1:])


@given(texts, st.integers(1, 12), st.text(max_size=30), st.integers(0, 60))
def test_selection_keeps_the_first_and_the_budget(
    text: str, size: int, query: str, budget: int
) -> None:
    windowed = windows(text, spans(text), size, 0.1)
    chosen = select(windowed, text, query, budget)
    assert chosen[0] == 0
    assert len(chosen) == len(set(chosen))
    assert chosen == [0] or sum(windowed[index].tokens for index in chosen) <= budget
    assert sorted(select(windowed, text, query, 10**6)) == list(range(len(windowed)))
    assert chosen == [index for index in select(windowed, text, query, 10**6) if index in chosen]


def test_selection_meets_accents_capitals_and_inflections() -> None:
    text = (
        "Rent is due monthly. " * 9 + "RÉSILIATION terminates it. " + "Keys are handed over. " * 9
    )
    windowed = windows(text, spans(text), 40, 0.0)
    for query in ("resiliation", "termination"):
        chosen = select(windowed, text, query, 80)
        assert any("RÉS" in text[windowed[index].start : windowed[index].end] for index in chosen)


def test_ties_go_to_the_earlier_window() -> None:
    windowed = [Window(index * 2, index * 2 + 2, index, index + 1) for index in range(5)]
    assert select(windowed, "a b c d e ", "z", 3) == [0, 1, 2]
