"""Courts under the names of lawyers, registers and CourtListener."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.text.folding import phrases
from sidecar.text.query import check, extract
from sidecar.text.query.american_courts import american_courts, court_of_identifier
from sidecar.text.query.court import courts
from sidecar.text.vocabularies import Names, load

ROWS: list[tuple[str, list[str], list[str], list[str]]] = [
    (
        "ninth circuit",
        [
            "9th Cir.",
            "ca9",
            "United States Court of Appeals for the Ninth Circuit",
            "Court of Appeals for the Ninth Circuit",
            "9TH CIRCUIT",
            "U.S. Court of Appeals, Ninth Circuit",
        ],
        [
            "Fifth Circuit",
            "ca2",
            "United States Court of Appeals for the Fifth Circuit",
            "District Court, S.D. New York",
            "scotus",
            "cafc",
        ],
        ["Court of Appeals", "x"],
    ),
    ("ca9 qualified immunity", ["Ninth Circuit", "ca9"], ["ca5"], []),
    (
        "patent eligibility federal circuit",
        ["cafc", "Court of Appeals for the Federal Circuit", "Fed. Cir."],
        ["ca2"],
        [],
    ),
    (
        "sdny",
        [
            "nysd",
            "S.D.N.Y.",
            "Southern District of New York",
            "District Court, S.D. New York",
            "United States District Court for the Southern District of New York",
        ],
        ["nyed", "E.D.N.Y.", "ca2", "N.D. Cal."],
        ["district court"],
    ),
    (
        "N.D. Cal. trademark",
        [
            "cand",
            "Northern District of California",
            "United States District Court for the Northern District of California",
        ],
        ["casd", "S.D. Cal."],
        [],
    ),
    (
        "us supreme court standing",
        ["scotus", "Supreme Court of the United States", "U.S. Supreme Court"],
        ["ca9", "California Supreme Court", "cal"],
        ["Supreme Court"],
    ),
    (
        "california supreme court",
        ["cal", "Supreme Court of California", "California Supreme Court"],
        ["Supreme Court of Nevada", "calctapp", "scotus", "California Court of Appeal"],
        ["supreme court"],
    ),
    (
        "new york court of appeals",
        ["ny", "New York Court of Appeals", "Court of Appeals of New York"],
        ["Supreme Court, New York County", "ca2"],
        ["court of appeals"],
    ),
    (
        "supreme court of canada",
        ["Supreme Court of Canada"],
        ["Supreme Court of British Columbia", "Ontario Court of Appeal"],
        [],
    ),
    (
        "high court of australia native title",
        ["High Court of Australia"],
        ["Federal Court of Australia", "High Court of New Zealand"],
        ["High Court"],
    ),
    (
        "Cour de cassation bail",
        ["Cour de cassation", "Cour de Cassation, Chambre sociale"],
        ["Conseil d'État", "Cour d'appel de Paris"],
        [],
    ),
    ("Conseil d'État", ["Conseil d'Etat", "CONSEIL D'ETAT"], ["Cour de cassation"], []),
    (
        "Bundesgericht Mietrecht",
        ["Bundesgericht", "Tribunal fédéral", "Swiss Federal Supreme Court"],
        ["BGH", "Bundesgerichtshof", "OGH"],
        [],
    ),
    (
        "BGH Urteil",
        ["Bundesgerichtshof", "BGH"],
        ["OLG Köln", "Bundesgericht", "Landgericht Berlin"],
        [],
    ),
    ("bgh kündigung", ["Bundesgerichtshof"], ["OLG Köln", "BAG"], []),
    ("olg münchen schadensersatz", ["Oberlandesgericht München", "OLG Köln"], ["BGH"], []),
    ("ecj data protection", ["Court of Justice of the European Union"], ["BGH"], []),
    (
        "delhi high court",
        ["High Court of Delhi", "Delhi High Court"],
        ["Bombay High Court", "Supreme Court of India"],
        ["High Court"],
    ),
    ("supreme court of india", ["Supreme Court of India"], ["Delhi High Court"], ["Supreme Court"]),
    ("最高人民法院 违约", ["最高人民法院"], ["铁岭市中级人民法院"], []),
    ("not ninth circuit", ["Fifth Circuit"], ["Ninth Circuit"], []),
    ("Court of Appeal", ["EWCA Civ", "9th Cir."], ["High Court"], ["x"]),
]
"""(query, courts that it asks for, other courts, values that do not say)."""


@pytest.mark.parametrize(("query", "right", "wrong", "silent"), ROWS)
def test_a_court_is_asked_for(
    query: str, right: list[str], wrong: list[str], silent: list[str]
) -> None:
    constraint = extract(query, ["court"], [])["court"]
    for values, verdict in ((right, 1), (wrong, -1), (silent, 0)):
        for value in values:
            assert check(constraint, value) == verdict, value


@pytest.mark.parametrize(
    "query",
    [
        *("tennis court", "police search of a bag", "food court", "maine lobster", "me and you"),
        *("ag opinion on passports", "Siemens AG", "opinion of the ag"),
        *("court", "washington monument", "district of columbia", "mass transit", "eat out"),
    ],
)
def test_what_names_no_court(query: str) -> None:
    assert "court" not in extract(query, ["court"], [])


def test_every_spelling_is_its_court_and_no_other() -> None:
    spellings, _ = american_courts()
    meaning: dict[str, str] = {}
    named = [spellings, *(names.names for names in load("court", Names).values())]
    for each in named:
        for name, all_spellings in each.items():
            for spelling in all_spellings:
                plain = phrases(spelling)
                assert meaning.setdefault(plain, name) == name, spelling
    for spelling in (
        "9th cir.",
        "S.D.N.Y.",
        "Conseil d'Etat",
        "Bundesgerichtshofs",
        "cour d’appel",
    ):
        assert len(courts().find(spelling)) == 1
    for spelling in (
        "Cour de justice de l'Union européenne",
        "Tribunal de Justicia de la Unión Europea",
    ):
        assert len(courts().find(spelling)) == 1


@given(st.sampled_from(sorted(court_of_identifier())))
def test_an_identifier_is_the_court_that_its_name_names(identifier: str) -> None:
    full = court_of_identifier()[identifier]
    constraint = extract(f"decisions of the {full}", ["court"], []).get("court")
    if constraint is not None:
        assert check(constraint, identifier) == check(constraint, full) == 1
