"""What a profile reads of a document, told to people."""

from typing import Any

import pytest

from sidecar.contracts.body import read_document
from sidecar.profiles import Profiles
from sidecar.profiles.readings import DocumentReading, ProfileReadings

PROFILES = Profiles.open()


def reading(document: Any, profile: str) -> DocumentReading:
    return ProfileReadings(PROFILES.get(profile)).of(read_document(document))


def said(document: Any, profile: str) -> dict[tuple[str, str], str | None]:
    return {
        (field.name, each.by): each.says
        for field in reading(document, profile).fields
        for each in field.readings
    }


def test_a_products_values_are_told_as_signals_read_them() -> None:
    product = {
        "title": "Kettle 1.7 l",
        "sale_price": "49.00 EUR",
        "offers": {"availability": "https://schema.org/OutOfStock"},
        "colour": ["Teal", "Rouge"],
        "material": "Edelstahl",
        "rating": {"value": 4.5},
        "release_date": "2020-01-31",
        "foo": 1,
    }
    told = said(product, "ecommerce")
    assert told["title", "units"] == "1.7 l"
    assert told["price", "price"] == "49"
    assert told["in_stock", "out_of_stock"] == "out of stock"
    assert told["color", "color"] == "red, teal"
    assert told["rating", "rating"] == "4.5"
    assert told["date", "freshness"] == "2020-01-31"
    assert reading(product, "ecommerce").ignored == ("foo",)


@pytest.mark.parametrize("rating", ["4.9 out of 5 stars", "4,9/5", 4.9])
def test_a_rating_is_told_as_its_decay_reads_it(rating: object) -> None:
    assert said({"title": "Kettle", "rating": rating}, "ecommerce")["rating", "rating"] == "4.9"


def test_html_and_characters_without_width_hide_no_value() -> None:
    product = {"price": "<b>4</b>9.00 &euro;", "color": "te\u200bal"}
    told = said(product, "ecommerce")
    assert (told["price", "price"], told["color", "color"]) == ("49", "teal")
    assert reading(product, "ecommerce").fields[-1].text == "49.00 €"


def test_a_decisions_values_are_told() -> None:
    decision = {"case_name": "Roe v. Wade", "date_filed": "January 22, 1973", "cites": "410 US 113"}
    told = said(decision, "legal")
    assert told["date", "year"] == "1973"
    assert told["date", "recency"] == "1973-01-22"
    assert told["citations", "citation"] is not None


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("Repealed", "no longer valid"),
        ({"code": "repealed", "since": 2019}, "no longer valid"),
        ("Affirmed in part, reversed in part", "invalid in part"),
        ("In force", None),
    ],
)
def test_a_status_says_what_is_against_it_and_nothing_is_no_fault(
    status: Any, says: str | None
) -> None:
    fields = reading({"title": "A", "status": status}, "legal").fields
    (read,) = [field.readings for field in fields if field.name == "status"]
    assert {(each.by, each.says, each.certain) for each in read} == {
        ("overruled", says, False),
        ("in_part", says, False),
    }


def test_the_end_of_an_act_is_a_date() -> None:
    act = {"title": "A", "valid_until": {"value": "31.12.2015"}}
    assert said(act, "legal")["valid_until", "expired"] == "2015-12-31"


def test_spellings_are_the_profiles_and_a_joined_field_has_none() -> None:
    fields = reading({"enbez": "§ 823", "jurabk": "BGB", "titel": "x"}, "german-law").fields
    assert {field.name: field.spelling for field in fields} == {"title": "titel", "statute": None}


def test_a_field_that_no_profile_names_has_its_own_spelling() -> None:
    fields = reading({"a": 1, "": "x"}, "plain").fields
    assert [(field.name, field.spelling) for field in fields] == [("a", "a"), ("", "")]


def test_what_cannot_be_read_says_nothing_and_text_has_no_fields() -> None:
    assert said({"title": "A", "price": "ask us"}, "ecommerce")["price", "price"] is None
    assert reading("A red shoe", "ecommerce").fields == ()
    assert reading({"b": 1, "a": 2}, "plain").ignored == ()
