"""What a query excludes in words that no vocabulary of colours or materials knows."""

import pytest

from sidecar.search import Search
from sidecar.signals import SearchReader
from sidecar.text.query import check, extract
from sidecar.text.terms import query_terms


@pytest.mark.parametrize(
    ("query", "excluded"),
    [
        ("cookies without nuts", "nuts"),
        ("cake without chocolate", "chocolate"),
        ("Müsli ohne Himbeere", "himbeere"),
        ("no sugar cookies", "sugar"),
        ("mens no wrinkle shirt", "wrinkle"),
        ("shoes not nike", "nike"),
        ("gluten free bread", "gluten"),
        ("sugar-free gum", "sugar"),
        ("dress without sleeves for wedding", "sleeves"),
        ("headphones without noise cancelling", "noise cancelling"),
        ("phone case without logo or text", "logo, text"),
        ("jeans without holes, blue", "holes"),
        ("Kekse ohne Nüsse", "nusse"),
        ("T-Shirt ohne Ärmel", "armel"),
        ("biscuits sans sucre", "sucre"),
        ("galletas sin azúcar", "azucar"),
        ("koekjes zonder suiker", "suiker"),
        ("bolacha sem açúcar", "acucar"),
        ("biscotti senza zucchero", "zucchero"),
    ],
)
def test_what_is_excluded(query: str, excluded: str) -> None:
    assert extract(query, ["exclusion"], [])["exclusion"].excluded == set(excluded.split(", "))


@pytest.mark.parametrize(
    "query",
    [
        "nike free run",
        "free shipping shoes",
        "no show socks",
        "non stick pan",
        "sub zero freezer",
        "hands free kit",
        "perfume no 5",
        "why not",
        "not",
        "sin city dvd",
        "without",
        "not only nuts",
        "handbag without leather",
        "dress not black",
        "red but not dark red",
    ],
)
def test_what_excludes_nothing_here(query: str) -> None:
    assert extract(query, ["exclusion"], []) == {}


@pytest.mark.parametrize(
    ("query", "value", "verdict"),
    [
        ("cookies without nuts", "Cookies with hazelnuts", -1),
        ("cookies without nuts", ["Butter cookies", "may contain peanuts"], -1),
        ("cookies without nuts", "nut-free cookies", 1),
        ("cookies without nuts", "No eggs or nuts", 1),
        ("cookies without nuts", "no hazelnuts, with almonds", -1),
        ("cookies without nuts", "Butter cookies", 0),
        ("cookies without nuts", "Coconut donuts", 0),
        ("cookies without hazelnuts", "with nuts", 0),
        ("cola without sugar", "Cola zero sugar", 1),
        ("lactose free milk", "Lactose-free milk", 1),
        ("lactose free milk", "Whole milk", 0),
        ("cola without sugar", "water, sugar, caramel", -1),
        ("Kekse ohne Nüsse", "Zutaten: Mehl, Haselnüsse", -1),
        ("galletas sin gluten", "Gluten free biscuits", 1),
        ("dress without sleeves", "Long sleeve dress", -1),
        ("dress without sleeves", "Dress without sleeves", 1),
        ("dress without lace", "Necklace", 0),
        ("headphones without noise cancelling", "Noise-cancelling headphones", -1),
        ("headphones without noise cancelling", "cancelling an order", 0),
        ("shoes not nike", "Nike Pegasus", -1),
    ],
)
def test_a_field_has_it_or_denies_it(query: str, value: object, verdict: int) -> None:
    constraint = extract(query, ["exclusion"], [])["exclusion"]
    assert check(constraint, value) == verdict


def test_no_field_match_rewards_the_words() -> None:
    query = "cookies without nuts"
    search = Search(query, [], extract(query, ["exclusion"], []))
    assert [term.text for term in query_terms(query)] == ["cookies", "without", "nuts"]
    assert [term.text for term in SearchReader(search).terms] == ["cookies", "without"]
