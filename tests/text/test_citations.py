"""The table of forms, and the US ones held to eyecite."""

import time
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.text.citations import FORMS, citation_keys, citations, may_cite
from sidecar.text.numerals import chinese

US_CASES = (
    "410 U.S. 113|410 U. S. 113|410 us 113|410 US 113|Roe v. Wade, 410 U.S. 113 (1973)",
    "12 F. Supp. 2d 34|12 F.Supp.2d 34|12 F. Supp.2d 34",
    "123 F.3d 456|123 F. 3d 456|on page 12 The 123 F.3d 456",
    "93 S. Ct. 705|93 S.Ct. 705",
    "5 Cal. App. 5th 10|5 Cal.App.5th 10",
    "200 N.E.2d 5|200 NE2d 5",
    "2019 WL 123456",
)
SAME = {
    "case": US_CASES,
    "usc": (
        "42 U.S.C. § 1983|42 U. S. C. § 1983|42 USC 1983|42 usc § 1983|42 U.S.C.A. § 1983"
        "|42 U.S.C. Sec. 1983|42 U.S.C. section 1983",
        "29 C.F.R. § 1604.11|29 CFR 1604.11",
        "42 U.S.C. § 2000e-2(a)(1)",
    ),
    "code": (
        "Art. 28 GDPR|Article 28 GDPR|art 28 gdpr|Art. 28 DSGVO|Art. 28 DS-GVO|GDPR art. 28"
        "|Article 28 of the GDPR|Article 28 of the General Data Protection Regulation"
        "|Art. 28 of Regulation (EU) 2016/679|gdpr article 28",
        "Article 28(3) of the GDPR|Art. 28 Abs. 3 DSGVO|Art. 28 (3) GDPR|Art. 28 Absatz 3 DSGVO"
        "|Article 28, paragraph 3 GDPR",
        "§ 433 BGB|§433 BGB|BGB § 433|§ 433 bgb|§ 433 des BGB",
        "§ 823 Abs. 1 BGB|§ 823 I BGB",
        "Art. 5 GG|Artikel 5 Grundgesetz|Art. 5 des Grundgesetzes",
    ),
    "chinese": (
        "第十二条|第12条|第 12 条|第１２条",
        "《民法典》第十二条|民法典第十二条|《中华人民共和国民法典》第12条",
        "第一千二百六十条|第1260条",
        "刑法第二百六十四条第一款",
    ),
    "neutral": (
        "[2019] UKSC 12",
        "[2020] EWCA Civ 5",
        "ECLI:EU:C:2014:317",
        "Case C-131/12|C-131/12",
    ),
    "series": ("BGHZ 45, 212|BGHZ 45,212", "BVerfGE 7, 198"),
}


@pytest.mark.parametrize(
    ("form", "texts"), [(form, texts) for form, rows in SAME.items() for texts in rows]
)
def test_the_spellings_of_a_citation_have_equal_keys(form: str, texts: str) -> None:
    first, *others = [citation_keys(text, (form,)) for text in texts.split("|")]
    assert first
    assert all(keys == first for keys in others), (texts, first, others)


def test_every_form_is_tested() -> None:
    assert set(SAME) == set(FORMS)


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("410 U. S. 113", {"410 us 113"}),
        (
            "42 U.S.C. §§ 1981, 1983(b)(1)",
            {"42 usc 1981", "42 usc 1983", "42 usc 1983(b)", "42 usc 1983(b)(1)"},
        ),
        ("Article 28(3) of the GDPR", {"gdpr 28", "gdpr 28(3)"}),
        ("Articles 13 and 14 GDPR", {"gdpr 13", "gdpr 14"}),
        (
            "Art. 6 Abs. 1 S. 1 lit. b DS-GVO",
            {"gdpr 6", "gdpr 6(1)", "gdpr 6(1)(1)", "gdpr 6(1)(1)(b)"},
        ),
        ("§§ 433, 434 BGB", {"bgb 433", "bgb 434"}),
        ("§§ 280 Abs. 1, 241 Abs. 2 BGB", {"bgb 280", "bgb 280(1)", "bgb 241", "bgb 241(2)"}),
        ("§ 312 ff. BGB", {"bgb 312"}),
        ("§ 312a BGB", {"bgb 312a"}),
        ("根据民法典第十二条第二款", {"第12条", "民法典第12条", "民法典第12条第2款"}),
        ("第一百二十条之一", {"第120条之1"}),
        ("see 410 U.S. 113 and § 433 BGB", {"410 us 113", "bgb 433"}),
    ],
)
def test_a_citation_has_a_key_for_each_level(text: str, keys: set[str]) -> None:
    assert citation_keys(text) == keys


@pytest.mark.parametrize(
    "text",
    [
        "12 How 5",
        "5 in 10",
        "20 or 30",
        "on page 12 the 40",
        "3 weg 5",
        "§ 5 weg",
        "article 5",
        "section 230 of the act",
        "Art. 28",
        "100 me 5",
        "in 2016 GDPR came",
        "条第",
        "[2019] 12",
        "7 Page 9",
    ],
)
def test_what_only_looks_like_a_citation_is_none(text: str) -> None:
    assert citations(text) == ()


def test_a_citation_has_its_place() -> None:
    text = "so held in 410 U.S. 113 (1973)"
    (citation,) = citations(text)
    assert text[citation.start : citation.end] == "410 U.S. 113"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("十", 10),
        ("十二", 12),
        ("二十", 20),
        ("一百零五", 105),
        ("一千二百六十", 1260),
        ("二〇", 20),
        ("两百", 200),
        ("１２", 12),
    ],
)
def test_chinese_numbers(text: str, value: int) -> None:
    assert chinese(text) == value


@given(st.sampled_from([text for rows in SAME.values() for row in rows for text in row.split("|")]))
def test_what_a_text_cites_it_may_cite(text: str) -> None:
    assert all(may_cite(text, citation) for citation in citations(text))


def test_a_text_without_the_numbers_cites_something_else() -> None:
    (citation,) = citations("Art. 28 GDPR")
    assert may_cite("siehe Art. 28 DS-GVO", citation)
    assert not may_cite("Art. 29 GDPR", citation)
    assert not may_cite("§ 28 BGB", citation)


def test_cases_and_codes_of_the_us_are_read_as_eyecite_reads_them() -> None:
    eyecite = pytest.importorskip("eyecite")
    read = 0
    for text in "|".join((*US_CASES, *SAME["usc"][:2])).split("|"):
        for theirs in full_citations(eyecite, text):
            read += 1
            assert citation_keys(theirs) == citation_keys(text), (text, theirs)
    assert read >= 15  # eyecite wants "42 U.S.C.", not "42 usc"


def test_eyecite_finds_nothing_in_a_page_that_the_table_misses() -> None:
    eyecite = pytest.importorskip("eyecite")
    page = (
        "Under 42 U.S.C. § 1983, see Monell v. Dep't of Soc. Servs., 436 U.S. 658, 690 (1978); "
        "Pearson v. Callahan, 555 U.S. 223 (2009); Doe v. Roe, 12 Cal. 3d 45, 50 (1974); In re X, "
        "300 B.R. 201 (Bankr. S.D.N.Y. 2003); A v. B, 45 So. 2d 67 (Fla. 1950); 99 A.L.R. 3d 1."
    )
    theirs = full_citations(eyecite, page)
    assert len(theirs) >= 6
    for text in theirs:
        assert citation_keys(text) <= citation_keys(page), text
        assert citation_keys(text), text


def full_citations(eyecite: ModuleType, text: str) -> list[str]:
    """The citations that eyecite finds, in its own normal form."""
    return [
        citation.corrected_citation()
        for citation in eyecite.get_citations(text)
        if type(citation).__name__.startswith("Full")
    ]


def test_hostile_numbers_and_spaces_cost_nothing() -> None:
    """A field of 100,000 spaces, or an article of 5,000 digits, took seconds or failed."""
    assert citation_keys("第" + "9" * 5000 + "条") == frozenset()
    start = time.process_time()
    citation_keys("§ 1" + " " * 100_000)
    assert time.process_time() - start < 2
