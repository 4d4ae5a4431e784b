"""BM25F over a few documents."""

import math

import pytest

from sidecar.text.bm25f import K1, B, bm25f
from sidecar.text.terms import idf


def shares(query: str, *texts: str) -> list[float]:
    return bm25f(query, [{"text": text} for text in texts], {})


def test_the_formula_on_one_term_and_equal_lengths() -> None:
    once, twice, none = shares("zebra", "zebra ab ab", "zebra zebra", "other words")
    assert once == pytest.approx(1 / (K1 + 1))
    assert twice == pytest.approx(2 / (K1 + 2))
    assert none == 0.0


def test_length_is_normalised_by_the_mean_of_the_field() -> None:
    short, long = shares("zebra", "zebra", "zebra" + " word" * 20)
    lengths = [len(" zebra "), len(" zebra ") + 20 * len(" word")]
    mean = sum(lengths) / 2
    for share, length in zip((short, long), lengths, strict=True):
        tf = 1 / (1 - B + B * length / mean)
        assert share == pytest.approx(tf / (K1 + tf))


def test_rare_terms_weigh_more() -> None:
    rare, common = shares("the zebra", "zebra ab", "the ab x")
    total = idf("the") + idf("zebra")
    assert rare == pytest.approx(idf("zebra") / total / (K1 + 1))
    assert common < rare


def test_fields_are_added_before_saturation_by_their_weights() -> None:
    documents = [{"title": "zebra", "body": "other"}, {"title": "other", "body": "zebra"}]
    first, second = bm25f("zebra", documents, {"title": 3.0, "body": 0.5})
    assert first == pytest.approx(3 / (K1 + 3))
    assert second == pytest.approx(0.5 / (K1 + 0.5))
    assert bm25f("zebra", documents, {"title": 0.0}) == [0.0, pytest.approx(1 / (K1 + 1))]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("shoes", "a red shoe"),
        ("WH-1000XM4", "Sony WH 1000 XM4 headphones"),
        ("Straße", "die STRASSE"),
        ("東京", "東京タワー"),
        ("t-shirt", "blue T Shirt"),
    ],
)
def test_a_term_is_found_in_its_other_forms(query: str, text: str) -> None:
    found, other = shares(query, text, "nothing of it")
    assert found > other == 0.0


def test_neighbours_count_each() -> None:
    thrice, _ = shares("red", "red red red", "red yyyyyyy")
    assert thrice == pytest.approx(3 / (K1 + 3), rel=0.01)


@pytest.mark.parametrize("query", ["", "  ", "?!", "§"])
def test_a_query_without_terms_finds_nothing(query: str) -> None:
    assert shares(query, "a", "b") == [0.0, 0.0]


def test_documents_without_text_are_found_by_nothing() -> None:
    assert bm25f("red", [{}, {"title": ""}, {"title": "red"}], {"title": 2.0})[:2] == [0.0, 0.0]
    assert all(math.isfinite(share) for share in shares("a", "", "a"))
