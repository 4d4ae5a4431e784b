"""Citations that a query asks for, and those that it does not want."""

import pytest

from sidecar.text.query import check, extract
from sidecar.text.query.citation import cited_in


@pytest.mark.parametrize(
    ("query", "wanted", "unwanted"),
    [
        ("§ 433 BGB", {"bgb 433"}, set()),
        ("§ 433 BGB not § 434 BGB", {"bgb 433"}, {"bgb 434"}),
        ("Kauf § 433 BGB, nicht § 434 BGB", {"bgb 433"}, {"bgb 434"}),
        ("tenancy without § 535 BGB", set(), {"bgb 535"}),
        ("cases not citing 410 U.S. 113", set(), {"410 us 113"}),
        ("bail sauf article 1719 du code civil", set(), {"code civil 1719"}),
        ("notice under § 543 BGB", {"bgb 543"}, set()),
    ],
)
def test_a_negation_before_a_citation_excludes_it(
    query: str, wanted: set[str], unwanted: set[str]
) -> None:
    cited = cited_in(query)
    assert {key for citation in cited.wanted for key in citation.keys} == wanted
    assert {key for citation in cited.unwanted for key in citation.keys} == unwanted


def test_what_is_excluded_violates_and_other_laws_satisfy() -> None:
    constraint = extract("tenancy without § 535 BGB", ["statute"], [])["statute"]
    assert not constraint.values
    assert [check(constraint, text) for text in ("§ 535 Abs. 1 BGB", "§ 536 BGB", "x")] == [
        -1,
        1,
        0,
    ]
    both = extract("§ 433 BGB not § 434 BGB", ["statute"], [])["statute"]
    assert [check(both, text) for text in ("§ 433 BGB", "§§ 433, 434 BGB", "§ 823 BGB")] == [
        1,
        -1,
        -1,
    ]
    assert "bgb" not in both.excluded_words, "the wanted law's words count"


@pytest.mark.parametrize(
    ("query", "law", "said"),
    [
        ("artículo 1902 código civil", "Art. 1902 CC", 1),
        ("artículo 1902 código civil", "Art. 1903 CC", -1),
        ("article 1240 du code civil", "art. 1240 C.C.", 1),
        ("art. 41 CC", "Art. 41 ZGB", 1),
        ("art. 1902 CC", "§ 1902 BGB", -1),
        ("art. 2043 c.c.", "Código Civil, art. 2043", -1),
        ("art. 5 CPC", "Código de Processo Civil, art. 5", 1),
    ],
)
def test_an_abbreviation_of_several_countries_is_the_law_of_each(
    query: str, law: str, said: int
) -> None:
    assert check(extract(query, ["statute"], [])["statute"], law) == said
