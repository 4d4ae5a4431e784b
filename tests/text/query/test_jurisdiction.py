"""Jurisdictions in the words of nine languages."""

import pytest

from sidecar.text.query import check, extract
from sidecar.text.query.jurisdiction import jurisdictions
from sidecar.text.vocabularies import Names, load

ROWS: list[tuple[str, list[str], list[str], list[str]]] = [
    (
        "california landlord law",
        ["California", "US, California"],
        ["Texas", "Germany", "N.Y."],
        ["us", "x"],
    ),
    ("contracts not governed by new york law", ["Texas"], ["New York", "N.Y."], ["x"]),
    (
        "deutsches recht kauf",
        ["Germany", "DEUTSCHLAND", "Bundesrepublik Deutschland"],
        ["Austria", "Schweiz"],
        [],
    ),
    ("droit français bail", ["France"], ["Belgique", "Suisse"], []),
    ("german law", ["German", "Germany"], ["French"], ["x"]),
    ("derecho español arrendamiento", ["España", "Spain"], ["México"], []),
    ("ontario tenancy", ["Ontario", "Ontario, Canada"], ["Quebec"], ["Canada"]),
    ("中国 合同", ["中华人民共和国"], ["美国"], []),
    ("italian contract law", ["Italy", "Italia"], ["Spain"], []),
    ("new mexico water law", ["New Mexico"], ["Mexico"], ["US"]),
    (
        "texas landlord law",
        ["TX", "US-TX"],
        ["FL", "F.L.", "US-NV", "N.M.", "CA", "DE"],
        ["US", "XX"],
    ),
    ("canada contracts law", ["CA", "CA-ON"], ["NY", "GB"], ["ZZ"]),
    ("california landlord law", ["CA", "C.A."], ["NV", "CA-ON"], []),
    ("german law", ["DE", "DE-BY"], ["AT", "CH"], []),
    ("scottish law", ["GB-SCT"], ["GB-ENG", "IE"], ["GB"]),
    ("uk employment", ["England and Wales", "United Kingdom", "Scotland"], ["Ireland"], []),
]
"""(query, jurisdictions that it asks for, others, values that do not say)."""


@pytest.mark.parametrize(("query", "right", "wrong", "silent"), ROWS)
def test_a_jurisdiction_is_asked_for(
    query: str, right: list[str], wrong: list[str], silent: list[str]
) -> None:
    constraint = extract(query, ["jurisdiction"], [])["jurisdiction"]
    for values, verdict in ((right, 1), (wrong, -1), (silent, 0)):
        for value in values:
            assert check(constraint, value) == verdict, value


@pytest.mark.parametrize(
    "query",
    [
        *("can the landlord tell us to leave", "german shepherd bite", "Washington v. Texas"),
        *("washington commanders tickets", "montana brand shirts", "georgia pacific spill"),
        *("danish pastry", "fine china", "polish remover", "dutch oven", "454 U.S. 235"),
    ],
)
def test_what_names_no_jurisdiction(query: str) -> None:
    assert "jurisdiction" not in extract(query, ["jurisdiction"], [])


def test_every_spelling_is_its_jurisdiction_and_no_other() -> None:
    for language, names in load("jurisdiction", Names).items():
        for name, spellings in names.names.items():
            for spelling in spellings:
                assert jurisdictions().find(spelling) == {name}, (language, spelling)
