"""Long texts are read where they may cite what the query cites."""

import pytest

from sidecar.text.citations import FORMS, citation_keys, citations, cited_keys, near, related

PAGE = "The parties agreed on 14 days and on 28 instalments; nothing of this is in dispute. " * 20


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("410 U.S. 113", "410 U. S. 113"),
        ("§ 433 BGB", "§§ 432, 433 Abs. 2 BGB"),
        ("Art. 28 GDPR", "Article 28 of the General Data Protection Regulation"),
        ("劳动合同法第24条", "《劳动合同法》第二十四条"),
        ("Fourth Amendment", "U.S. Const. amend. IV"),
        ("42 U.S.C. § 2000e", "Title VII"),
        ("Directive 93/13/EEC", "31993L0013"),
        ("12-34.567", "pourvoi n° 12-34567"),
    ],
)
def test_what_a_page_cites_is_found_near_its_digits(query: str, text: str) -> None:
    page = f"{PAGE}As was held in {text}, it is so. {PAGE}"
    parts = list(near(page, citations(query)))
    assert max(map(len, parts)) < len(page) / 4
    found = frozenset[str]().union(*(cited_keys(part, related(FORMS)) for part in parts))
    assert citation_keys(query) <= found


def test_a_page_that_cites_something_else_is_not_read() -> None:
    assert list(near(PAGE, citations("410 U.S. 113"))) == []
    assert list(near(PAGE, citations("§ 28 BGB"))) == []
