"""What queries demand, and which values satisfy it."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.search import Constraint, Fields
from sidecar.text.query import EXTRACTORS, check, extract, read_vocabularies
from sidecar.text.query.extractor import Satisfaction

BRANDS: list[Fields] = [
    {"brand": "Nike"},
    {"brand": "Black & Decker"},
    {"brand": None},
    {"brand": ["x"]},
    {},
]


def read(name: str, query: str) -> Constraint | None:
    return extract(query, [name], BRANDS).get(name)


def checked(name: str, query: str, value: object) -> Satisfaction:
    constraint = read(name, query)
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
    found = read("price", query)
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
    assert read("price", query) is None


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
        assert [checked("price", query, value) for value in values] == [expected] * len(values)


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
    assert read("price", thing + words.format(value)) == expected


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz ", max_size=40))
def test_a_number_in_prose_of_no_bound_is_no_price(prose: str) -> None:
    assert read("price", f"x {prose.replace(' ', 'q')} 50") is None


@pytest.mark.parametrize(
    ("name", "query", "values"),
    [
        ("color", "red nike shoes", {"red"}),
        ("color", "navy blue shirt", {"navy"}),
        ("color", "gray or black coat", {"grey", "black"}),
        ("color", "Off-White sneakers", {"off white"}),
        ("material", "leather free shipping", {"leather"}),
        ("brand", "red NIKE shoes", {"nike"}),
        ("brand", "black & decker drill", {"black decker"}),
        ("size", "shirt size m", {"m"}),
        ("size", "sneakers uk 9.5", {"uk 9.5"}),
        ("size", "size 10 shoes", {"10"}),
        ("size", "extra large hoodie", {"xl"}),
        ("size", "hoodie XXL", {"2xl"}),
        ("material", "stainless steel pan", {"stainless steel"}),
        ("material", "wooden aluminium chair", {"wood", "aluminum"}),
        ("quantity", "16gb laptop", {"data 16000000000.0"}),
        ("quantity", "backpack under 2 kg", {"mass 0.0 2.0"}),
        ("quantity", "shelf 20cm-30cm", {"length 0.2 0.3"}),
        ("color", "dress without hood, red", {"red"}),
        ("color", "red, blue or green shirt", {"red", "blue", "green"}),
        ("quantity", "60 x 40 cm shelf", {"length 0.6", "length 0.4"}),
        ("citation", "Roe 410 U.S. 113", {"410 us 113"}),
        ("statute", "claims under § 433 BGB", {"bgb 433"}),
        ("court", "9th Cir. opinions", {"ninth circuit"}),
        ("court", "BGH Urteil", {"bgh"}),
        ("court", "decision of the BAG of 2010", {"bag"}),
        ("court", "最高人民法院关于合同", {"china supreme people's court"}),
        ("court", "U.S. Supreme Court", {"us supreme court"}),
        ("jurisdiction", "California landlord law", {"california"}),
        ("jurisdiction", "privacy in the European Union", {"eu"}),
        ("jurisdiction", "Indian Penal Code", {"india"}),
        ("jurisdiction", "German courts on data", {"germany"}),
        ("jurisdiction", "chinese contract law", {"china"}),
        ("jurisdiction", "454 U.S. 235 in California", {"california"}),
        ("court", "9th Cir. on 454 U.S. 235", {"ninth circuit"}),
    ],
)
def test_sets_of_values(name: str, query: str, values: set[str]) -> None:
    assert read(name, query) == Constraint(name, frozenset(values))


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("color", "black & decker drill"),
        ("color", "red bull"),
        ("color", "credit card"),
        ("brand", "nikes"),
        ("brand", "adidas shoes"),
        ("size", "m series laptop"),
        ("size", "iphone 12"),
        ("size", "us 10 gb"),
        ("material", "silk road book"),
        ("quantity", "5g phone"),
        ("material", "no sugar, gluten"),
        ("jurisdiction", "forum non conveniens, 454 U.S. 235"),
        ("jurisdiction", "42 U.S.C. § 1983"),
        ("jurisdiction", "12 Cal. 4th 34"),
        ("court", "[2019] UKSC 12"),
        ("court", "Smith, 12 F.3d 34 (9th Cir. 1994)"),
        ("jurisdiction", "can the landlord tell us to leave"),
        ("jurisdiction", "Indian tribal sovereignty"),
        ("jurisdiction", "Indian Child Welfare Act"),
        ("jurisdiction", "german shepherd bite"),
        ("jurisdiction", "Chinese drywall"),
        ("jurisdiction", "Washington v. Glucksberg"),
        ("jurisdiction", "Lawrence v. Texas"),
        ("jurisdiction", "Washington v. Texas"),
        ("court", "tennis court"),
        ("court", "police search of a bag"),
        ("court", "Bag searches at school"),
        ("statute", "Roe 410 U.S. 113"),
        ("year", "42 U.S.C. § 1983"),
        ("year", "410 U.S. 1973"),
        ("year", "2000 mah battery"),
        ("year", "model 1000"),
        ("year", "section 1983 claims"),
        ("year", "police misconduct section 1983"),
        ("year", "§ 1983"),
        ("year", "Companies Act 2006"),
        ("year", "Law 2006"),
        ("year", "Code of 1990"),
        ("year", "Regulation (EU) 2016/679"),
        ("year", "Directive 1995/46"),
        ("year", "Roe v. Wade, 410 U.S. 113 (1973)"),
        ("year", "Roe v. Wade, 410 U.S. 113, 120 (1973)"),
        ("year", "1984 by george orwell"),
    ],
)
def test_what_demands_nothing(name: str, query: str) -> None:
    assert read(name, query) is None


@pytest.mark.parametrize(
    ("query", "low", "high"),
    [
        ("cases in 1973", 1973, 1973),
        ("Roe v. Wade (1973)", 1973, 1973),
        ("abortion cases 1973", 1973, 1973),
        ("9th Cir. 2010", 2010, 2010),
        ("1973", 1973, 1973),
        ("Companies Act 2006 cases since 2010", 2010, None),
        ("since 2010", 2010, None),
        ("after 2010", 2011, None),
        ("before 1990", None, 1989),
        ("until 1990", None, 1990),
        ("between 1990 and 2000", 1990, 2000),
        ("2018-2020", 2018, 2020),
        ("after 1990 before 2000", 1991, 1999),
    ],
)
def test_years(query: str, low: int | None, high: int | None) -> None:
    assert read("year", query) == Constraint("year", low=low, high=high)


CHECKS: list[tuple[str, str, list[Any], list[Any], list[Any]]] = [
    ("price", "under 50", [50, "49.95", "$12"], [51, "1,299.00"], [None, "", "ask us", True]),
    ("price", "over 100", [{"max": 150, "min": 90}], ["$20-$50"], ["from $50", {"x": 120}]),
    ("price", "under 500", [{"amount": 499}, "from $400"], ["from $600", {"min": 501}], [{}]),
    ("quantity", "under 2 kg", ["1.5 kg", "900g"], ["2.5 kg"], ["light"]),
    ("quantity", "20cm-30cm", ["25 cm", "300 mm"], ["31 cm"], ["2 kg"]),
    ("color", "blue shirt", ["Blue", "navy blue", ["Red", "Blue"]], ["red"], ["Sunset", ""]),
    ("color", "navy shirt", ["Navy"], ["red"], ["Blue"]),
    ("size", "size 38", [38, 38.0, "38.0", [37.0, 38.0]], [39.0, "38.5"], ["one size"]),
    ("size", "size 10", ["10", 10, "8, 9, 10", "UK 10"], ["9", "XL/9"], ["one size", "M"]),
    ("size", "uk 9 boots", ["UK 9", "9", "9 UK"], ["UK 8", "US 9"], [""]),
    ("size", "size m", ["M", "medium", ["S", "M"]], ["L"], ["42"]),
    ("brand", "nike shoes", ["NIKE", "Nike Inc."], ["Adidas"], [None, ""]),
    ("material", "wool coat", ["100% merino wool"], ["cotton"], ["fabric"]),
    ("quantity", "16gb", ["16 GB", "RAM: 16GB"], ["8 GB"], ["fast", '55"']),
    ("statute", "§ 433 BGB", ["§§ 433, 434 BGB"], ["§ 823 BGB"], ["contract", "§ 433"]),
    ("statute", "§ 263 StGB", ["§ 263 Abs. 1 StGB"], ["§ 263a StGB", "§ 263 BGB"], ["§ 263", ""]),
    (
        *("statute", "《劳动合同法》第二十四条", ["劳动合同法第24条第1款"]),
        *(["《刑法》第二十四条", "第二十五条"], ["第二十四条", "劳动合同法"]),
    ),
    ("statute", "12(b)(6)", ["Fed. R. Civ. P. 12(b)(6)", "FRCP 12(b)"], ["FRCP 12(b)(1)"], ["12"]),
    ("statute", "30101(4)", ["52 U.S.C. § 30101", "30101(4)"], ["52 U.S.C. § 30104"], []),
    ("statute", "Title VII", ["42 U.S.C. § 2000e-2"], ["29 U.S.C. § 623"], ["civil rights"]),
    ("statute", "fourth amendment", ["U.S. Const. amend. IV"], ["U.S. Const. amend. V"], [4]),
    (
        *("statute", "Directive 2011/83/EU", ["Art. 6 Richtlinie 2011/83/EU", "32011L0083"]),
        *(["Directive 2008/48/EC"], ["consumers"]),
    ),
    (
        *("statute", "section 172 Companies Act 2006", ["Companies Act 2006, s 172(1)"]),
        *(
            ["Companies Act 2006 s 171", "Companies Act 1985 s 172"],
            ["Companies Act 2006", "s 172"],
        ),
    ),
    ("court", "ninth circuit", ["9th Cir."], ["Second Circuit"], ["Court of Appeals", "x"]),
    ("court", "Court of Appeal", ["EWCA Civ", "9th Cir."], ["High Court"], ["x"]),
    ("jurisdiction", "california law", ["California"], ["Texas"], ["us", "x"]),
    ("jurisdiction", "german law", ["German", "Germany"], ["French"], ["x"]),
    ("year", "since 2010", ["2015-05-05", 2010, 1_600_000_000_000], ["1999"], ["soon", None]),
    (
        "exclusion",
        "cookies without nuts",
        ["nut-free", "no nuts", "ohne Nüsse"],
        ["with hazelnuts", "Nüsse"],
        ["butter cookies", "donuts", None, ""],
    ),
    ("citation", "410 U.S. 113", ["410 U. S. 113"], ["93 S. Ct. 705"], ["none"]),
]
"""(extractor, query, values that satisfy, values that violate, values that do not say)."""


def test_every_extractor_is_among_the_checks() -> None:
    assert {name for name, *_ in CHECKS} == set(EXTRACTORS)


@pytest.mark.parametrize(("name", "query", "satisfying", "violating", "silent"), CHECKS)
def test_a_value_satisfies_violates_or_does_not_say(
    name: str, query: str, satisfying: list[Any], violating: list[Any], silent: list[Any]
) -> None:
    for values, expected in (
        (satisfying, Satisfaction.SATISFIED),
        (violating, Satisfaction.VIOLATED),
        (silent, Satisfaction.UNKNOWN),
    ):
        for value in values:
            assert checked(name, query, value) is expected, (query, value)


def test_an_object_is_read_where_its_keys_say_so() -> None:
    attributes = {"product_colour": "Red", "finish": "blue", "screen_size": '55"', "n": None}
    assert checked("color", "red phone", attributes) == 1
    assert checked("color", "blue phone", attributes) == -1
    assert checked("material", "wool phone", attributes) == 0
    assert checked("quantity", "55 inch phone", attributes) == 1


def test_an_objects_price_is_read_under_its_key_or_as_it_is() -> None:
    price = {"amount": 499, "currency": "USD"}
    assert checked("price", "under 500", price) == 1
    assert checked("price", "under 500", {"list_price": price, "amount_of_ram": 600}) == 1
    assert checked("price", "under 400", {"list_price": price}) == -1


def test_a_hooks_constraint_is_compared_plainly() -> None:
    assert check(Constraint("season", frozenset({"summer"})), "Summer") == 1
    assert check(Constraint("season", frozenset({"summer"})), "winter") == -1
    assert check(Constraint("season", frozenset({"summer"})), None) == 0
    assert check(Constraint("age", low=3, high=5), "4") == 1


@given(st.text(max_size=120))
def test_every_query_is_read(query: str) -> None:
    found = extract(query, list(EXTRACTORS), BRANDS)
    assert all(name == constraint.name for name, constraint in found.items())
    for constraint in found.values():
        for value in (query, 1.5, None, {"color": query, "x": [query]}):
            assert check(constraint, value) in (-1, 0, 1)


def test_after_the_vocabularies_are_read_a_query_compiles_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read_vocabularies()

    def refused(*arguments: object) -> None:
        raise AssertionError(arguments)

    monkeypatch.setattr(re, "compile", refused)
    extract("red leather shoes size 42 between 40 and 60 euros, 2 kg", list(EXTRACTORS), BRANDS)
