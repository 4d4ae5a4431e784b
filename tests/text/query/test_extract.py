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
