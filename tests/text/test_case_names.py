"""Names of cases, and which of them a query holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.text.case_names import case_name, names_case

SAME = (
    "Miranda v. Arizona|Miranda vs. Arizona|MIRANDA v. ARIZONA|Miranda v State of Arizona"
    "|Miranda versus Arizona|Miranda, Petitioner, v. Arizona, Respondent",
    "Roe v. Wade|Roe v Wade|roe vs wade|Roe v. Wade, 410 U.S. 113 (1973)|ROE et al. v. WADE",
    "International Shoe Co. v. Washington|International Shoe v. State of Washington",
    "United States v. Nixon|U.S. v. Nixon|US v Nixon",
    "In re Gault|Matter of Gault|In the Matter of Gault|Re Gault",
    "R v Dudley and Stephens|Regina v. Dudley & Stephens|The Queen v Dudley and Stephens",
    "Donoghue v Stevenson|Donoghue v Stevenson [1932] AC 562|DONOGHUE v. STEVENSON",
    "Meier gegen Müller GmbH|Meier ./. Müller GmbH|Meier v. Muller",
)


@pytest.mark.parametrize("row", SAME)
def test_the_spellings_of_a_case_are_one_name(row: str) -> None:
    first, *others = row.split("|")
    assert case_name(first)
    for other in others:
        assert case_name(other) == case_name(first), other
        assert names_case(f"what did {other} decide", first), other


@pytest.mark.parametrize(
    "title",
    [
        "Noise by-law",
        "Companies Act 2006",
        "Rent regulation",
        "§ 433 BGB",
        "v.",
        "Re",
        "",
        "Smith v",
    ],
)
def test_a_statutes_title_is_no_case(title: str) -> None:
    assert case_name(title) is None
    assert not names_case(f"{title} quiet hours", title)


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("Miranda v. Arizona", "State v. Miranda"),
        ("Wade v. Roe", "Roe v. Wade"),
        ("Roe", "Roe v. Wade"),
        ("Roe v. Wade", "Roe v. Wade Holdings"),
        ("re: your invoice", "In re Gault"),
    ],
)
def test_other_parties_are_another_case(query: str, title: str) -> None:
    assert not names_case(query, title)


@given(st.text(max_size=60), st.text(max_size=60))
def test_every_text_is_read(query: str, text: str) -> None:
    assert names_case(query, text) in (True, False)
