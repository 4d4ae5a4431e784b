"""The query's citations in the fields."""

from tests.signals.strengths import strengths


def test_citation_is_the_share_of_the_querys_keys() -> None:
    values = ["Art. 28 DSGVO", "art. 28 (3) gdpr", ["Art. 5 GDPR"], "§ 28 BGB", "none"]
    assert strengths({"kind": "citation"}, values, "Art. 28(3) GDPR") == [0.5, 1, 0, 0, 0]
    assert strengths({"kind": "citation"}, values, "processors") == [0] * 5


def test_a_case_that_the_query_names_is_cited() -> None:
    values = [
        "Miranda v. Arizona",
        "MIRANDA v. State of ARIZONA",
        "State v. Miranda",
        "Rights",
        None,
    ]
    assert strengths({"kind": "citation"}, values, "Miranda v. Arizona warnings") == [1, 1, 0, 0, 0]


def test_what_the_query_does_not_want_is_not_rewarded() -> None:
    values = ["§ 434 BGB", "§ 433 BGB"]
    assert strengths({"kind": "citation"}, values, "Kauf ohne § 434 BGB") == [0, 0]
    assert strengths({"kind": "citation"}, values, "§ 433 BGB not § 434 BGB") == [0, 1]
