"""What a query names: words of a sentence and numbers of a measure are no identifiers."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.text.folded_texts import FoldedTexts
from sidecar.text.folding import squeeze
from sidecar.text.query.naming import Naming


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("laptop under 1000", "1000"),
        ("laptop up to 1,000", "1000"),
        ("between 1000 and 2000", "2000"),
        ("phone 1000-2000 €", "1000"),
        ("power bank 5000 mah", "5000"),
        ("power bank under 5000 mah", "5000"),
        ("1000w heater", "1000"),
        ("1000 piece puzzle", "1000"),
        ("1000-piece puzzle", "1000"),
        ("$1299 laptop", "1299"),
        ("lamp 1500 lumens", "1500"),
        ("shelf 2000mm", "2000"),
        ("toys for kids under 12", "12"),
    ],
)
def test_a_number_that_measures_something_is_no_identifier(query: str, value: str) -> None:
    assert not Naming.of(query).wants(value)


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("1000", "1000"),
        ("item 1000", "1000"),
        ("4006381333931", "4006381333931"),
        ("4006381333931 under 1000", "4006381333931"),
        ("gtin 0-4006381 333931", "04006381333931"),
        ("wh1000xm4 under 1000", "WH-1000 XM4"),
        ("sony wh 1000 xm4", "WH-1000XM4"),
        ("iphone 15 case 5000", "5000"),
    ],
)
def test_an_identifier_is_found(query: str, value: str) -> None:
    assert Naming.of(query).wants(value, min_length=4)


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("shoes on sale", "On"),
        ("Shoes On Sale", "On"),
        ("SHOES ON SALE", "On"),
        ("On sale shoes", "On"),
        ("next day delivery", "Next"),
        ("Next day delivery", "NEXT"),
        ("bottle to go", "GO"),
        ("orange shirt", "Orange"),
        ("Schuhe mit Absatz", "MIT"),
        ("under the sea", "Under"),
        ("all in one printer", "All In One"),
        ("next day delivery", "Next plc"),
    ],
)
def test_an_ordinary_word_is_no_brand(query: str, value: str) -> None:
    assert not Naming.of(query).wants(value)


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("shoes On for men", "On"),
        ("running shoes On", "On"),
        ("ON shoes for men", "On"),
        ("Running shoes On for men", "On"),
        ("next", "Next"),
        ("Next", "next"),
        ("dress from Next in red", "NEXT"),
        ("hp laptop", "HP"),
        ("lg tv", "LG"),
        ("3m tape", "3M"),
        ("under armour shirt", "Under Armour"),
        ("h&m dress", "H & M"),
        ("apple watch", "Apple"),
        ("the north face jacket", "The North Face"),
        ("levis jeans", "Levi's®"),
        ("hp laptop", "HP Inc."),
        ("tiffany ring", "Tiffany & Co."),
        ("nike shoes", "Visit the Nike Store"),
        ("bosch drill", "Bosch GmbH"),
        ("miele vacuum", "Miele KG"),
        ("barilla pasta", "Barilla S.p.A."),
        ("acme tools", "Acme Co., Ltd."),
        ("小米手机", "小米有限公司"),
    ],
)
def test_a_brand_is_found(query: str, value: str) -> None:
    assert Naming.of(query).wants(value, min_length=2)


@given(st.text(max_size=80), st.text(max_size=20))
def test_any_text_is_read(query: str, value: str) -> None:
    assert Naming.of(query).wants(value) in (True, False)


@given(st.text(alphabet="abc 12$onON", min_size=1, max_size=30))
def test_the_query_holds_what_it_names(query: str) -> None:
    naming = Naming.of(query)
    assert all(run in squeeze(query) for run in naming.runs | naming.numbers | naming.names)


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("hp laptop", "HP Inc."),
        ("hp laptop", "HP, Inc"),
        ("h&m shirt", "H&M"),
        ("h & m shirt", "H&M"),
        ("hm shirt", "H&M Hennes & Mauritz AB".replace(" Hennes & Mauritz", "")),
        ("bosch bohrmaschine", "Bosch GmbH"),
        ("miele waschmaschine", "Miele & Cie. KG".replace("& Cie. ", "")),
        ("zara vestido", "Zara S.A."),
        ("north face jacket", "The North Face"),
        ("tiffany ring", "Tiffany & Co."),
        ("索尼 耳机", "索尼有限公司"),
        ("ソニーのヘッドホン", "ソニー株式会社"),
        ("samsung tv", "Samsung Electronics Co., Ltd."),
        ("lg monitor", "LG Electronics"),
        ("siemens kaffeemaschine", "Siemens Hausgeräte"),
        ("liebherr kühlschrank", "Hans Liebherr GmbH"),
        ("porsche modellauto", "Ferdinand Porsche AG"),
        ("robert bosch drill", "Robert Bosch GmbH"),
        ("milka chocolate", "Milka, Mondelez"),
        ("mondelez chocolate", "Milka,Mondelez International"),
        ("haribo", "Gold;Haribo GmbH & Co. KG"),
        ("johnson and johnson shampoo", "Johnson & Johnson"),
        ("stanley & stella shirt", "Stanley and Stella"),
        ("marks and spencer socks", "MARKS+SPENCER"),
        ("bang und olufsen", "Bang & Olufsen"),
    ],
)
def test_a_company_is_named_as_people_say_it(query: str, value: str) -> None:
    assert Naming.of(query).wants(value, min_length=2)


@pytest.mark.parametrize(
    ("query", "value"),
    [
        ("robert drill", "Robert Bosch GmbH"),
        ("bosch paintings", "Hieronymus Bosch"),
        ("walter notebook", "Martin Walter"),
        ("electronics kit", "LG Electronics"),
        ("inc magazine", "Apple, Inc"),
        ("black shelf decker", "BLACK+DECKER"),
        ("seat row cover", "The Row"),
        ("next day delivery", "Next plc"),
        ("co sleeper", "Co"),
    ],
)
def test_a_shorter_name_must_name_it_too(query: str, value: str) -> None:
    assert Naming.of(query).wants(value, min_length=2) == (value == "Co")


NAMES = (
    "nike", "Nike", "Ni", "ke", "H&M", "hm", "handm", "Procter & Gamble", "Marks and Spencer",
    "and", "marksspencer", "The North Face", "Robert Bosch GmbH", "bosch", "HP Inc.", "耐克",
    "耐克跑鞋", "Ünal", "unal", "wh1000xm4", "WH-1000 XM4", "not", "1000", ",", "", "a\nb", "x\0y",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(NAMES), max_size=4).map(" ".join)


@given(st.lists(TEXTS, max_size=5), TEXTS)
def test_what_a_query_names_is_among_the_candidates(values: list[str], query: str) -> None:
    naming = Naming.of(query)
    named = {at for at, value in enumerate(values) if naming.wants(value) or naming.excludes(value)}
    assert named <= naming.candidates(FoldedTexts(values))


def test_few_values_are_candidates() -> None:
    values = ["Nike", "Adidas", "The North Face", "H&M", "Puma, Nike", "Puma"]
    assert Naming.of("nike shoes").candidates(FoldedTexts(values)) == {0, 3, 4}
