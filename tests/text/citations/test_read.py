"""The table of forms, and the US ones held to eyecite."""

from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.text.citations import FORMS, citation_keys, citations, may_cite
from sidecar.text.citations.states import state_spellings
from sidecar.text.numerals import chinese
from tests.growth import assert_linear

SAME = (
    "410 U.S. 113|410 U. S. 113|410 us 113|Roe v. Wade, 410 U.S. 113 (1973)",
    "99 U.S. (9 Otto) 674|99 U.S. 674",
    "5 U.S. (1 Cranch) 137|5 US 137",
    "2014 WL 2864483|2014 W.L. 2864483",
    "2016 U.S. Dist. LEXIS 12345|2016 US Dist LEXIS 12345",
    (
        "[2019] UKSC 41|2019 UKSC 41|(2019) UKSC 41|[2019] U.K.S.C. 41|[2019] uksc 41"
        "|［2019］ UKSC 41"
    ),
    "2019 SCC 65|[2019] SCC 65|2019 S.C.C. 65|2019 scc 65",
    "2014 ONCA 12|[2014] ONCA 12",
    "2016 UT 45|2016 UT 045",
    "2020-Ohio-1234|2020 Ohio 1234",
    "2005-NMSC-012|2005 NMSC 12",
    "2015 IL App (1st) 123456",
    "2023 INSC 100|2023:INSC:100|2023 insc 100",
    "[2020] EWCA Civ 5|2020 EWCA Civ 5|[2020] ewca civ 5",
    "[2020] EWHC 123 (Ch)|[2020] EWHC 123",
    "AIR 1973 SC 1461|A.I.R. 1973 S.C. 1461|AIR 1973 S.C. 1461",
    "(1973) 4 SCC 225|1973 (4) SCC 225|[1973] 4 SCC 225",
    "(1992) 175 CLR 1|175 CLR 1",
    "[1990] 2 AC 605|[1990] 2 A.C. 605",
    "[1932] AC 562|[1932] A.C. 562",
    "[2008] 1 SCR 190|[2008] 1 S.C.R. 190",
    "BGE 145 III 229|ATF 145 III 229|DTF 145 III 229|BGE 145 III 229 E. 3.1",
    "BGHZ 45, 212|BGHZ 45,212|BGHZ 45, S. 212",
    "NJW 2011, 2871|NJW 2011, 2871 (2872)|NJW 2011,2871|NJW 2011, S. 2871",
    ("VIII ZR 123/20|VIII  ZR 123/20|viii zr 123/20|BGH, Urteil vom 1.1.2020 - VIII ZR 123/20"),
    "1 BvR 16/13|1 bvr 16/13",
    "B 1 KR 5/19 R",
    "4A_123/2020|4A.123/2020",
    "C-131/12|C‑131/12|Case C-131/12|Rs. C-131/12|C–131/12|c-131/12",
    "Case 6/64|Rs. 6/64|Rechtssache 6/64|Affaire 6/64|Judgment in Case 6/64",
    (
        "（2016）辽1204民初143号|(2016)辽1204民初143号|（2016）辽1204民初第143号|(２０１６)辽1204民初143号"
        "|〔2016〕辽1204民初143号"
    ),
    "1:19-cv-01234|19-cv-1234|No. 1:19-cv-01234-ABC|1:2019-cv-01234|19-CV-1234",
    "15-15117|No. 15-15117",
    "n° 12-34.567|12-34.567|pourvoi n° 12-34.567|n°12-34567",
    "CE, 30 octobre 2009, n° 298348|Conseil d'État, n° 298348|CE n°298348|n° 298348|298348",
    "12PA00123|CAA Paris, 12PA00123|CAA de Paris, n° 12PA00123",
    "42 U.S.C. § 1983|42 USC 1983|section 1983|42 U.S. Code § 1983|42 U.S.C.A. § 1983",
    "42 U.S.C. § 2000e-2(a)(1)",
    "52 U.S.C. § 30101(4)|52 USC 30101(4)",
    (
        "Fed. R. Civ. P. 12(b)(6)|FRCP 12(b)(6)|Rule 12(b)(6)"
        "|Federal Rule of Civil Procedure 12(b)(6)|Fed.R.Civ.P. 12(b)(6)"
        "|Rule 12(b)(6) of the Federal Rules of Civil Procedure|F.R.C.P. 12(b)(6)"
    ),
    (
        "Cal. Civ. Code § 1714|California Civil Code section 1714"
        "|section 1714 of the California Civil Code|Cal. Civ. Code 1714"
        "|Civil Code of California § 1714|Cal. Civ. Code Ann. § 1714"
        "|West's Ann. Cal. Civ. Code § 1714|cal civ code 1714"
    ),
    (
        "N.C. Gen. Stat. § 163-82.1|N.C.G.S. § 163-82.1"
        "|North Carolina General Statutes § 163-82.1|N. C. Gen. Stat. Ann. § 163-82.1"
    ),
    "N.Y. Penal Law § 125.25|New York Penal Law section 125.25|NY Penal Law § 125.25",
    "Tex. Penal Code § 19.02|Tex. Penal Code Ann. § 19.02|Texas Penal Code 19.02",
    (
        "Fla. Stat. § 776.012|Florida Statutes § 776.012|§ 776.012, Fla. Stat."
        "|Fla. Stat. Ann. § 776.012"
    ),
    "RCW 9A.32.030|Wash. Rev. Code § 9A.32.030",
    "Mass. Gen. Laws ch. 93A, § 2",
    "720 ILCS 5/9-1|720 Ill. Comp. Stat. 5/9-1",
    (
        "U.S. Const. amend. IV|Fourth Amendment|4th Amendment|Amendment IV"
        "|US Constitution Amendment 4|fourth amendment"
    ),
    "U.S. Const. art. I, § 8, cl. 3|US Const. article I, section 8, clause 3",
    (
        "section 302 IPC|Indian Penal Code s 302|s. 302 of the Indian Penal Code|IPC 302"
        "|Section 302 of the Indian Penal Code, 1860|302 IPC|IPC section 302"
    ),
    (
        "Companies Act 2006, s 172|section 172 of the Companies Act 2006"
        "|s. 172 Companies Act 2006|s172 companies act 2006"
    ),
    "Securities Exchange Act of 1934|securities exchange act 1934",
    (
        "Art. 28 GDPR|Article 28 GDPR|art 28 gdpr|Art. 28 DSGVO|Art. 28 DS-GVO|GDPR art. 28"
        "|Article 28 of the GDPR|Article 28 of the General Data Protection Regulation"
        "|Art. 28 of Regulation (EU) 2016/679|gdpr article 28|Art. 28 RGPD"
        "|artículo 28 del RGPD|artikel 28 AVG|article 28 du RGPD"
        "|Regulation (EU) 2016/679 article 28|Art. 28 Regulation 2016/679"
        "|Art. 28 Verordnung (EU) 2016/679|GDPR 28"
    ),
    (
        "Directive 2011/83/EU|Richtlinie 2011/83/EU|32011L0083|directive 2011/83/UE"
        "|eli/dir/2011/83/oj|Directive 2011/83"
    ),
    "Directive 93/13/EEC|Richtlinie 93/13/EWG|31993L0013|Council Directive 93/13/EEC",
    (
        "Regulation (EU) No 1215/2012|Verordnung (EU) Nr. 1215/2012|32012R1215"
        "|Regulation 1215/2012|règlement (UE) n° 1215/2012"
    ),
    "Art. 7 Brussels I Regulation|Article 7 of Regulation (EU) No 1215/2012",
    (
        "§ 433 BGB|§433 BGB|BGB § 433|§ 433 bgb|§ 433 des BGB|BGB 433|Paragraph 433 BGB"
        "|§ 433 Bürgerliches Gesetzbuch|§ 433 des Bürgerlichen Gesetzbuchs|bgb 433"
    ),
    "§ 823 Abs. 1 BGB|§ 823 I BGB|§ 823 Absatz 1 BGB|§ 823(1) BGB",
    (
        "§ 8 Absatz 1 Außensteuergesetz|§ 8 Abs. 1 AStG|§ 8 I AStG"
        "|§ 8 Abs. 1 des Außensteuergesetzes"
    ),
    "§ 12 SGB V|§ 12 SGB 5|SGB V § 12",
    "§ 28 AufenthG|§ 28 Aufenthaltsgesetz|§ 28 aufenthg",
    "§ 5 BImSchG|§ 5 Bundes-Immissionsschutzgesetz",
    "§ 14 TzBfG",
    "Art. 2 ZGB|ZGB 2|Artikel 2 ZGB",
    "Art. 41 OR|OR 41|Artikel 41 OR|Art. 41 CO",
    "§ 3 BUrlG|§ 3 Bundesurlaubsgesetz",
    "§ 7 KrWG",
    (
        "§§ 433, 434 BGB|§§ 433 und 434 BGB|§ 433, § 434 BGB|§ 433 und § 434 BGB"
        "|§§ 433-434 BGB|BGB §§ 433, 434"
    ),
    "article 12 du code civil|art. 12 C. civ.|Code civil, art. 12|article 12 code civil",
    "articolo 5 del codice civile|art. 5 c.c.|Codice civile, articolo 5",
    "artikel 6:162 BW|art. 6:162 BW|BW 6:162",
    ("article 1240 du code civil|art. 1240 C. civ.|Code civil, art. 1240|article 1240 code civil"),
    ("article L. 1234-5 du code du travail|art. L1234-5 code du travail|C. trav., art. L. 1234-5"),
    "art. 2043 c.c.|art. 2043 codice civile|articolo 2043 del codice civile",
    "artículo 1902 del Código Civil|art. 1902 Código Civil",
    "art. 6:162 BW|artikel 6:162 BW|artikel 6:162 Burgerlijk Wetboek",
    "《劳动合同法》第二十四条|劳动合同法第24条|《中华人民共和国劳动合同法》第二十四条|劳动合同法第２４条|劳动合同法24条",
    "民法第709条|民法709条|民法第七百九条",
    "《刑法》第二百六十四条第一款|刑法第264条第1款",
    "ECLI:EU:C:2014:317|ecli:eu:c:2014:317",
    "Title VII|42 U.S.C. § 2000e",
    (
        "26 U.S.C. § 501(c)(3)|IRC § 501(c)(3)|Internal Revenue Code section 501(c)(3)"
        "|I.R.C. § 501(c)(3)"
    ),
    "application no. 5310/71|Application No 5310/71",
    "T 0641/00|T 641/00",
    "§ 20 KrWG|20 KrWG|KrWG § 20",
    "Art. 20 Abs. 3 GG",
    "CPLR 3211|N.Y. C.P.L.R. 3211|C.P.L.R. § 3211",
    "5 Ob 12/20k",
    "BGHSt 12, 45|bghst 12, 45|BGHST 12, 45",
    "BVerwGE 7, 100|bverwge 7, 100",
    "GRUR 2015, 44|grur 2015, 44",
    "[1978] 1 WLR 900|[1978] 1 wlr 900|1978 1 WLR 900",
    "[1932] AC 100|1932 AC 100|[1932] ac 100",
    "[1984] All ER 33|[1984] ALL ER 33|[1984] all er 33",
    "(1988) 164 CLR 30|(1988) 164 clr 30",
    "AIR 1978 SC 597|air 1978 sc 597|A.I.R. 1978 S.C. 597",
    "2018 SCC OnLine Bom 77|2018 scc online bom 77|(2018) SCC OnLine Bom 77",
    "2014-Ohio-88|2014-ohio-88|2014-OHIO-88",
    "2009 UT 12|2009 ut 12",
    "STC 120/1990|stc 120/1990|STC n.º 120/1990",
    "Cass. 9991/2014|Cass. civ. sez. un. n. 9991/2014|cass. pen. 9991/2014",
    "平成3年(オ)第12号|平成3年（オ）第12号|平成3年(オ)12号",
    "Application no. 5310/71|5310/71",
    "§ 7 SGB II|§ 7 sgb ii|7 sgb ii",
    "Art. 5 GG|art 5 gg|art. 5 gg",
    "§ 280 BGB|280 bgb",
    "§ 263 StGB|263 stgb",
    "Rule 12(b)(1)|12(b)(1) motion|rule 12b1|frcp 12b1|12b1",
    "Fed. R. Civ. P. 30(b)(6)|30(b)(6) deposition",
    "U.S. Const. art. III|Article III standing|article iii courts",
    "N.J.S.A. 10:5-12|N.J. Stat. Ann. § 10:5-12|NJSA 10:5-12",
)
"""Each row: the spellings of one source, or of the same places."""
US = (*SAME[:5], "42 U.S.C. § 1983|42 U.S.C. Sec. 1983", "29 C.F.R. § 1604.11|29 CFR 1604.11")


@pytest.mark.parametrize("row", SAME)
def test_the_spellings_of_a_citation_have_equal_keys(row: str) -> None:
    first, *others = row.split("|")
    assert citation_keys(first)
    for other in others:
        assert citation_keys(other) == citation_keys(first), other


@given(st.sampled_from([text for row in SAME for text in row.split("|")]), st.data())
def test_signs_of_any_width_are_the_same(text: str, data: st.DataObject) -> None:
    other = {"-": "-\u2010\u2011\uff0d", " ": " \u00a0\u2009\u202f\u3000", "(": "(（", ")": ")）"}
    other |= {digit: digit + chr(ord(digit) + 0xFEE0) for digit in "0123456789"}
    written = "".join(data.draw(st.sampled_from(other.get(sign, sign))) for sign in text)
    assert citation_keys(written) == citation_keys(text)


WORDS = (
    "the court held that a new tenant must pay rent for 12 months in May 2019 and 3 of 4 "
    "shoes  size 42 black Nike Air Max 90 laptop 16 GB RAM 512 GB SSD USB-C 65 W 24 inch 4K "
    "TV 5G phone 7.5 kg  pack of 10 now US UK EU SC PC AC 100 % cotton 2 in 1 A4 paper 80 "
    "g 500 ml No 5 perfume "
).split()


@given(st.lists(st.sampled_from(WORDS), max_size=25))
def test_prose_and_products_cite_next_to_nothing(words: list[str]) -> None:
    """Two words that chance puts side by side may be a citation: "10 SC 12"; laws are none."""
    found = citations(" ".join(words))
    assert {citation.form for citation in found} <= {"case"}


def test_every_form_is_tested() -> None:
    assert {cited.form for row in SAME for cited in citations(row.partition("|")[0])} == set(FORMS)


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
        ("根据民法典第十二条第二款", {"民法典 12", "民法典 12(2)"}),
        ("第一百二十条之一", {"* 120-1"}),
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
        "section 230 of the act",
        "100 me 5",
        "in 2016 GDPR came",
        "条第",
        "[2019] 12",
        "7 Page 9",
        "5 or 6 people",
        "size 10 to 12",
        "iPhone 15 Pro Max 256 GB",
        "Nike Air Max 90, 2019",
        "2019 VW Golf 7",
        "2019 model 41",
        "(2019) Model 41",
        "4 GB DDR4 3200",
        "BMW 320d 2015",
        "section 8 housing voucher",
        "Section 8 tenants who act badly",
        "article about 5 dogs",
        "first amendment to the lease agreement",
        "fourth amended complaint",
        "in 2019 SC 12 people",
        "drill 18V 2-speed",
        "Canon EOS 5D",
        "15-15 game",
        "24/7 support 365 days",
        "10-12 year old",
        "The Housing Act is old",
        "pack of 12, 24 or 36",
        "Rule of thumb 5",
        "title page 7",
        "the 14th amendment to this contract",
        "WD-40 400 ml",
        "the 7 sections 3 and 4",
        "A4 80 g 500 Blatt",
        "LED 12 V 5 m",
        "SC 65 lens",
        "100 % cotton 40 °C",
        "born 12.05.1973 in Rome",
        "(2019) 5 or 6",
        "[2019] 3 or 4 people",
        "eur 2011, 50",
        "zip 2019, 12",
        "sz 42, 10",
        "2019 AC 500",
        "2016 ok 45",
        "in 2016 ut 45 things",
        "nike Air 1996 SC 12",
        "24-105 mm lens",
        "10-100 employees",
        "5 avg",
        "10 tue",
        "article vi of this plan",
        "rule 12 b",
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


@given(st.sampled_from([text for row in SAME for text in row.split("|")]))
def test_what_a_text_cites_it_may_cite(text: str) -> None:
    assert all(may_cite(text, citation) for citation in citations(text))


def test_a_text_without_the_numbers_cites_something_else() -> None:
    (citation,) = citations("Art. 28 GDPR")
    assert may_cite("siehe Art. 28 DS-GVO", citation)
    assert not may_cite("Art. 29 GDPR", citation)
    assert not may_cite("§ 28 BGB", citation)


@pytest.mark.parametrize("joint", ["", " ", ". "])
def test_a_state_is_read_however_its_letters_are_joined(joint: str) -> None:
    """ "NewYork Const." and "NMex. Const." failed."""
    for spelling, state in state_spellings().items():
        text = f"{joint.join(spelling.split())}. Const. art. I"
        assert citation_keys(text) == {f"{state} const art1"}, text


@pytest.mark.parametrize(
    ("text", "equal"),
    [
        ("ſection 1983", "section 1983"),
        ("ſixth Amendment", "Sixth Amendment"),
        ("tıtle vıı", "title vii"),
        ("Mıſſouri Const. art. I", "Missouri Const. art. I"),
        ("FİFTH AMENDMENT", "Fifth Amendment"),
    ],
)
def test_letters_that_only_case_makes_equal_are_equal(text: str, equal: str) -> None:
    """Each failed: a long s of an old print, a dotless i."""
    assert citation_keys(text) == citation_keys(equal) != frozenset()


def test_cases_and_codes_of_the_us_are_read_as_eyecite_reads_them() -> None:
    eyecite = pytest.importorskip("eyecite")
    read = 0
    for text in "|".join(US).split("|"):
        for theirs in full_citations(eyecite, text):
            read += 1
            assert citation_keys(theirs) == citation_keys(text), (text, theirs)
    assert read >= 12  # eyecite wants "42 U.S.C.", not "42 usc"


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
    assert_linear(lambda n: citation_keys("§ 1" + " " * n), 10_000)
