import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.text.folded_texts import FoldedTexts
from sidecar.text.folding import fold, phrases, squeeze, words
from sidecar.text.terms import MAX_TERMS, forms, idf, query_terms, total_weight


def match(query: str, field: str) -> float:
    """The share of the query's terms that the field has."""
    terms = query_terms(query)
    (matched,) = FoldedTexts([field]).matched_weights(terms)
    return matched / total_weight(terms) if terms else 0.0


def test_folding_drops_case_accents_marks_and_signs() -> None:
    assert fold("Crème BRÛLÉE™ Men's") == "creme brulee mens"
    assert words("T-Shirt, Größe: M").split() == ["t", "shirt", "grosse", "m"]
    assert words("full-width ＡＢＣ１２") == " full width abc12 "
    assert phrases("Black & Decker") == " black decker "
    assert squeeze("WH-1000 XM4") == squeeze("wh1000xm4") == "wh1000xm4"
    assert words("한국어 プロ") == " 한국어 プロ "


@given(st.text(max_size=60))
def test_ascii_and_other_texts_fold_alike(text: str) -> None:
    plain = "".join(sign for sign in text if sign.isascii() and sign != "_")
    assert words(plain).split() == words(plain + " ü").split()[:-1]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("shoes", "a red shoe"),
        ("shoe", "red shoes"),
        ("battery", "two batteries"),
        ("batteries", "one battery"),
        ("movies", "a movie"),
        ("box", "boxes"),
        ("dresses", "summer dress"),
        ("men", "men's shirt"),
        ("t-shirt", "blue tshirts"),
        ("tshirt", "blue tshirt"),
        ("t-shirts", "a T-Shirt"),
        ("wh-1000xm4", "Sony WH1000XM4 headphones"),
        ("wh1000xm4", "Sony WH-1000 XM4 headphones"),
        ("16gb", "16 GB of memory"),
        ("u.s.", "the US market"),
        ("1.5", "version 1.5"),
        ("cafe", "Café"),
        ("high-quality", "quality is high"),
        ("耳机", "无线耳机"),
    ],
)
def test_a_term_is_found_in_its_other_spellings(query: str, field: str) -> None:
    assert match(query, field) == 1


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("ram", "a program"),
        ("glass", "glas"),
        ("bus", "bu"),
        ("a7x4", "model a7x45"),
        ("a7x4", "ba7 x4"),
        ("shoes", ""),
        ("", "shoes"),
        ("???", "shoes"),
        ("耳机", "手表"),
    ],
)
def test_part_of_a_word_does_not_match(query: str, field: str) -> None:
    assert match(query, field) == 0


def test_rare_terms_count_more() -> None:
    assert idf("the") < idf("laptop") < idf("xyzzyx") == idf("qqqqqq")
    assert match("the xyzzyx", "xyzzyx") > 0.8 > 0.2 > match("the xyzzyx", "the")
    assert match("the the the", "the") == 1


def test_forms_are_symmetric() -> None:
    for one, other in (("shoe", "shoes"), ("battery", "batteries"), ("box", "boxes")):
        assert set(forms(one)) & set(forms(other)) >= {one, other}


def test_a_pasted_page_costs_no_more_than_its_first_terms() -> None:
    page = " ".join(f"word{i}" for i in range(1000))
    assert len(query_terms(page)) == MAX_TERMS


@given(st.text(max_size=80), st.text(max_size=200))
def test_the_match_is_a_share(query: str, field: str) -> None:
    share = match(query, field)
    assert math.isfinite(share)
    assert 0 <= share <= 1


@given(
    st.lists(
        st.sampled_from(["red", "shoe", "laptop", "16gb", "t-shirt", "耳机", "the"]), min_size=1
    )
)
def test_a_field_that_repeats_the_query_matches_fully(query: list[str]) -> None:
    assert match(" ".join(query), " ".join(query)) == pytest.approx(1)


@given(st.text(alphabet="abc 1é耳", max_size=20), st.text(alphabet="abc 1é耳", max_size=40))
def test_more_text_never_matches_less(query: str, field: str) -> None:
    assert match(query, field + " abc") >= match(query, field)
