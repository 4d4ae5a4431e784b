"""A rule that says what a decision is worth does not fire on the one that the query cites."""

import pytest

from sidecar.fusion.parts import signal_parts
from sidecar.profiles import Profiles
from sidecar.request import Document
from sidecar.search import Search
from sidecar.text.query import extract
from sidecar.text.read import read

LEGAL = Profiles.open().get("legal")
ROE = {
    "title": "Roe v. Wade",
    "citations": ["410 U.S. 113", "93 S. Ct. 705", "35 L. Ed. 2d 147"],
    "status": "overruled",
}
OTHERS = [f"{number} U.S. 12" for number in range(300, 310)]


def rules(query: str, **fields: object) -> list[str]:
    found = read(Document(fields={**ROE, **fields}), LEGAL) or {}
    search = Search(query, [found], extract(query, LEGAL.extractors, [found]))
    (parts,) = signal_parts(LEGAL, search)
    return [part.name for part in parts if part.kind == "rule"]


@pytest.mark.parametrize(
    "query",
    [
        "410 U.S. 113",
        "privacy under 410 U. S. 113 (1973)",
        "93 S.Ct. 705",
        "roe v wade",
        "what did Roe v. Wade hold",
    ],
)
def test_the_cited_decision_keeps_its_place(query: str) -> None:
    assert rules(query) == []
    assert rules(query, status="reversed in part") == []
    assert rules(query, status="aufgehoben") == []


@pytest.mark.parametrize("query", ["privacy", "505 U.S. 833", "Wade v. Roe", "Roe", "v. Wade"])
def test_one_that_is_not_cited_is_demoted(query: str) -> None:
    assert rules(query) == ["overruled"]


def test_a_decision_that_cites_it_is_demoted() -> None:
    """Ten citations are a list of authorities, of which the first alone is the decision's own."""
    query = "410 U.S. 113"
    assert rules(query, title="Other v. Case", citations=[*OTHERS, query]) == ["overruled"]
    assert rules(query, title="Other v. Case", citations=[query, *OTHERS]) == []


def test_a_statute_is_no_decision() -> None:
    query = "42 U.S.C. § 1983 excessive force"
    assert rules(query, citations=["42 U.S.C. § 1983"]) == ["overruled"]


def test_a_statute_is_not_spared_because_the_query_holds_its_title() -> None:
    assert rules("noise by-law quiet hours", title="Noise by-law", citations=None) == ["overruled"]


def test_a_name_of_few_words_is_none() -> None:
    assert rules("lease of a flat", title="Lease") == ["overruled"]


def test_other_rules_fire_as_before() -> None:
    assert rules("notice of appeal 410 U.S. 113", title="Notice of appeal", status=None) == [
        "notice"
    ]
