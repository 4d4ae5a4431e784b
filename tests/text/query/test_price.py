"""The price that a query demands."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.search import Constraint
from sidecar.text.query import check, extract
from sidecar.text.query.extractor import Satisfaction


def read(query: str) -> Constraint | None:
    return extract(query, ["price"], ()).get("price")


def checked(query: str, value: object) -> Satisfaction:
    constraint = read(query)
    assert constraint, query
    return check(constraint, value)


@pytest.mark.parametrize(
    ("query", "low", "high"),
    [
        ("shoes under 50", None, 50),
        ("shoes below $80", None, 80),
        ("less than 50 eur", None, 50),
        ("max 50 eur", None, 50),
        ("maximum £50.50", None, 50.5),
        ("up to 1k", None, 1000),
        ("under 1,000", None, 1000),
        ("sub-$40 desk lamp", None, 40),
        ("unter under 1.000 €", None, 1000),
        ("<= 50 €", None, 50),
        ("50 € or less", None, 50),
        ("budget 300", None, 300),
        ("no more than 50 usd", None, 50),
        ("not more than 50", None, 50),
        ("nothing over $50", None, 50),
        ("not less than 20", 20, None),
        ("no less than 20 usd", 20, None),
        ("under 50 for men", None, 50),
        ("watch under 50 with strap", None, 50),
        ("over 100", 100, None),
        ("more than 100 usd", 100, None),
        ("from $100", 100, None),
        ("100+ €", 100, None),
        ("$100 and up", 100, None),
        ("between 50 and 100", 50, 100),
        ("between $20-$50", 20, 50),
        ("from 50 to 100 eur", 50, 100),
        ("50-100 €", 50, 100),
        ("$50 - $100 shoes", 50, 100),
        ("price 20-40", 20, 40),
        ("between 100 and 50", 50, 100),
        ("over $20 under $50", 20, 50),
        ("around $500", 400, 600),
        ("laptop under 1000", None, 1000),
        ("toys for kids under $5", None, 5),
        ("toys for kids under 5 €", None, 5),
        ("toys for kids under 5.99", None, 5.99),
        ("gifts for kids under 50", None, 50),
        ("kids shoes under 15", None, 15),
        ("toys for kids under 5 under $20", None, 20),
        ("lamp under ₹500", None, 500),
        ("lamp under rs 500", None, 500),
        ("lamp below Rs. 1,29,999", None, 129_999),
        ("lamp under 1.5 lakh rs", None, 150_000),
        ("lamp under 500 kr", None, 500),
        ("lamp under CHF 50", None, 50),
        ("lamp A$ 50 or less", None, 50),
        ("lamp sub $50", None, 50),
        ("lamp 50 or less", None, 50),
        ("lamp at 50 or under", None, 50),
        ("lamp under fifty dollars", None, 50),
        ("lamp under 50 pounds", None, 50),
        ("lamp in the 40 to 60 dollar range", 40, 60),
        ("lamp between $50 & $100", 50, 100),
        ("iphone 15 under $800", None, 800),
        ("1000 piece puzzle under 20", None, 20),
        ("2 x 16gb under 100", None, 100),
        ("perfume 100ml under 80", None, 80),
        ("Lampe unter 50 €", None, 50),
        ("Lampe bis 50 Euro", None, 50),
        ("Lampe für höchstens 50 EUR", None, 50),
        ("Lampe ab 50 €", 50, None),
        ("Lampe zwischen 20 und 50 Euro", 20, 50),
        ("Lampe um die 50 Euro", 40, 60),
        ("Laptop unter 1.000 Euro", None, 1000),
        ("Kaffee 1 kg unter 15 €", None, 15),
        ("schuhe schwarz größe 42 unter 80 euro", None, 80),
        ("lampe moins de 50 €", None, 50),
        ("lampe jusqu'à 50 euros", None, 50),
        ("lampe à partir de 50 euros", 50, None),
        ("lampe entre 20 et 50 euros", 20, 50),
        ("lámpara por menos de 50 euros", None, 50),
        ("lámpara hasta 50 €", None, 50),
        ("lámpara entre 20 y 50 euros", 20, 50),
        ("lampada sotto i 50 euro", None, 50),
        ("lampada meno di cinquanta euro", None, 50),
        ("lampada tra 20 e 50 €", 20, 50),
        ("lamp onder 50 euro", None, 50),
        ("lamp tot €50", None, 50),
        ("lamp tussen 20 en 50 euro", 20, 50),
        ("luminária até 100 reais", None, 100),
        ("luminária abaixo de R$ 100", None, 100),
        ("500元以下 台灯", None, 500),
        ("台灯 不超过500元", None, 500),
        ("五百元以内的台灯", None, 500),
        ("500到1000元 台灯", 500, 1000),
        ("5000円以下 ランプ", None, 5000),
        ("1万円以下 カメラ", None, 10_000),
        ("3000円〜5000円 ランプ", 3000, 5000),
        ("予算5000円", None, 5000),
        ("５０００円くらい", 4000, 6000),
        ("lampa poniżej 200 zł", None, 200),
        ("lampa under 500 kr", None, 500),
        ("50 TL altı lamba", None, 50),
    ],
)
def test_prices(query: str, low: float | None, high: float | None) -> None:
    found = read(query)
    assert found
    assert (found.low, found.high) == (low, high)


@pytest.mark.parametrize(
    "query",
    [
        "cheap laptop",
        "tv under 50 inch",
        "backpack under 2 kg",
        "iphone 12 max 256gb",
        "iphone 12 max 256",
        "for ages between 5 and 7 years",
        "games for over 18 years",
        "over 4 stars",
        "500 euro gift card",
        "10-12 year old bike",
        "windows 10 over ethernet",
        "at least 16gb ram",
        "xbox 360",
        "under armour 50",
        "over 1000 pieces",
        "under the sea",
        "toys for kids under 5",
        "toys for children under 5",
        "gifts for toddlers over 2",
        "games for girls younger than 8",
        "puzzle for kids aged under 5",
        "ages under 12 puzzle",
        "age under 5",
        "toys for kids between 3 and 5",
        "for children over 3 and under 8",
        "toys under 5 years",
        "dumbbell under 5 kg",
        "pan under 10 inch",
        "shoes size under 10",
        "waist under 30 jeans",
        "rated over 4",
        "shoes size 42 or less",
        "toys 3 and up",
        "age 5 and up toys",
        "game 5 or more players",
        "vitamins for women over 50",
        "kids toys between 3 and 5",
        "dumbbell under 50 pounds",
        "carpet from 100",
        "jouets moins de 3 ans",
        "Spielzeug unter 3 Jahren",
        "Regal unter 30 cm",
        "Schuhe Größe bis 42",
        "kleid größe 38 bis 40",
        "between 20 and 30 cm shelf",
        "水壶 500ml以下",
        "100个以下",
        "chair over 300 lbs",
        "usb c hub 7 in 1",
        "tire 205/55 r16",
        "released 2024-01-02",
        "binder holds up to 480 standard cards",
        "magic case with over 50 tricks",
        "wholesale price 454141-002",
    ],
)
def test_what_is_no_price(query: str) -> None:
    assert read(query) is None


@pytest.mark.parametrize(
    ("query", "satisfying", "violating", "silent"),
    [
        ("under $50", ["US $45", "45 CAD", 45, "45"], ["$60"], ["45 €", "4500円", "45 kr"]),
        ("under 50 €", ["45 EUR", 45], ["60 €"], ["£45"]),
        ("under ¥5000", ["4,000円", "1299元"], ["¥6,000"], ["$40"]),
        ("under 10", ["$9.99 $5.99"], ["$19.99 $12.99"], ["$12.99 $9.99", "£10.83 (£9.99)"]),
        ("under 500 kr", ["450 SEK", "450 kr"], ["600 DKK"], ["450 €"]),
        ("under 50", ["45 €", "$45", "from $45"], ["4500円"], [""]),
        (
            "under $10",
            [{"EUR": 12, "USD": 8}, [{"price": 12}, {"price": 8}], {"price": 15, "sale": 9}],
            [{"EUR": 8, "USD": 12}, {"price": 12, "sale_price": 0}],
            [{"EUR": 8}, "ask us"],
        ),
    ],
)
def test_a_price_in_another_currency_says_nothing(
    query: str, satisfying: list[Any], violating: list[Any], silent: list[Any]
) -> None:
    for values, expected in ((satisfying, 1), (violating, -1), (silent, 0)):
        assert [checked(query, value) for value in values] == [expected] * len(values)


@given(
    st.integers(min_value=3, max_value=9999),
    st.sampled_from(
        [
            *("under {} €", "lamp under {} euros", "up to €{}", "max {} eur", "{}€ or less"),
            *("unter {} Euro", "höchstens {} €", "bis {} EUR", "{} € oder weniger"),
            *("moins de {} €", "jusqu'à {} euros", "menos de {} euros", "hasta {} €"),
            *("meno di {} euro", "fino a {} €", "onder {} euro", "maximaal €{}", "até {} euros"),
            *("{}欧元以下", "{}ユーロ以下", "不超过{}欧元"),
        ]
    ),
    st.sampled_from(["", "red shoes ", "32gb phone ", "size 42 ", "12v "]),
)
def test_another_notation_of_a_limit_is_the_same_limit(value: int, words: str, thing: str) -> None:
    expected = Constraint("price", frozenset({"EUR"}), high=value)
    assert read(thing + words.format(value)) == expected


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz ", max_size=40))
def test_a_number_in_prose_of_no_bound_is_no_price(prose: str) -> None:
    assert read(f"x {prose.replace(' ', 'q')} 50") is None


def test_an_objects_price_is_read_under_its_key_or_as_it_is() -> None:
    price = {"amount": 499, "currency": "USD"}
    assert checked("under 500", price) == 1
    assert checked("under 500", {"list_price": price, "amount_of_ram": 600}) == 1
    assert checked("under 400", {"list_price": price}) == -1
