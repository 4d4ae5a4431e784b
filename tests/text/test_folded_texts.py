"""Terms that are looked for in all texts at once are found as in each alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.text.folded_texts import FoldedTexts
from sidecar.text.folding import words
from sidecar.text.terms import is_in, query_terms

SPELLINGS = (
    "shoe shoes t-shirt t shirts tshirt WH-1000 XM4 wh1000xm4 16gb 16 gb Men's mens the then "
    "Größe grosse 红色 鞋 ＡＢＣ１２ battery batteries"
)
WORDS = st.sampled_from([*SPELLINGS.split(), "a\nb", "x\0y", "", "  "])
TEXTS = st.lists(st.lists(WORDS, max_size=8).map(" ".join), max_size=6)


@given(TEXTS, st.lists(WORDS, max_size=5).map(" ".join))
def test_a_column_is_matched_as_each_of_its_texts(texts: list[str], query: str) -> None:
    terms = query_terms(query)
    alone = [sum([t.weight for t in terms if is_in(t, words(text))]) for text in texts]
    assert FoldedTexts(texts).matched_weights(terms) == alone


def test_no_term_is_found_across_two_texts() -> None:
    (term,) = query_terms("t-shirt")
    column = FoldedTexts(["a t", "shirt", "", "t shirt"])
    assert column.matched_weights([term]) == [0, 0, 0, term.weight]


@pytest.mark.parametrize("texts", [[], [""], ["", ""]])
def test_texts_without_words_have_no_term(texts: list[str]) -> None:
    assert FoldedTexts(texts).matched_weights(query_terms("shoe")) == [0.0] * len(texts)


def test_long_words_are_found_whole() -> None:
    word = "a" * 40
    texts = [word, f"{word}a", f"x {word} {word}", "a" * 24, f"{word}-16gb", f"{word}16gb"]
    (term,) = query_terms(word)
    assert FoldedTexts(texts).places(term) == {0, 2, 4}
