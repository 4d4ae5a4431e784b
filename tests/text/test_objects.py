"""Objects that say one thing, in the shapes in which shops and registers write them."""

from typing import Any

import pytest

from sidecar.profile import FieldProfile, Profile
from tests.text.reading import fields

OWN = Profile(name="own", fields={"field": FieldProfile()})
GERMAN = Profile(name="own", fields={"field": FieldProfile(locale="de-DE")})


def read(value: object, profile: Profile = OWN) -> object:
    return (fields({"field": value}, profile) or {}).get("field")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"@type": "Brand", "name": "Sony"}, "Sony"),
        ({"@type": "SizeSpecification", "name": "42", "sizeSystem": "https://schema.org/x"}, "42"),
        ({"@type": "DefinedTerm", "name": "Oak", "termCode": "17"}, "Oak"),
        ({"@type": "Brand", "name": "Sony", "logo": "x.png", "slogan": "Be moved"}, "Sony"),
        ({"@type": "http://schema.org/Organization", "name": "Sony", "award": "x"}, "Sony"),
        ({"key": "black", "label": "Black"}, "Black"),
        ({"id": 7, "code": "blk", "displayName": "Black"}, "Black"),
        ({"name_abbreviation": "Cal.", "id": 9, "name": "Supreme Court of California"}, None),
        ({"id": 39, "name": "Cal.", "name_long": "California", "slug": "cal"}, "California"),
        ([{"id": 1, "name": "Shoes", "slug": "shoes"}, {"id": 2, "name": "Men"}], ["Shoes", "Men"]),
        ({"id": 9, "label": {"en": "Black", "de": "Schwarz"}}, ["Black", "Schwarz"]),
        ([{"name": "color", "value": {"key": "black", "label": "Black"}}], {"color": "Black"}),
    ],
)
def test_an_object_with_a_name_is_its_name(value: Any, expected: object) -> None:
    assert read(value) == (expected or value["name"])


@pytest.mark.parametrize(
    "value",
    [
        {"name": "Oak", "width": 40},
        {"title": "A", "text": "B"},
        {"amount": 499, "currency": "USD"},
        {"min": 3, "max": 5},
        {"id": "WH-1000XM4", "colour": "black"},
        {"year": 1994, "month": 4},
        {"fit": "slim", "cut": "low"},
        {"id": "x"},
        {"no": "yes"},
        {"edges": [1], "faces": 2},
        {"volume": 2, "unit": "l", "page": 3},
    ],
)
def test_an_object_that_says_more_stays_one(value: object) -> None:
    assert read(value) == value


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"#text": "29.00", "@currency": "USD"}, "29.00 USD"),
        ({"_": "29.00", "$": {"currency": "USD"}}, "29.00 USD"),
        ({"$t": "Bowl"}, "Bowl"),
        ({"@value": "2020-01-01", "@type": "xsd:date"}, "2020-01-01"),
        ({"$numberDecimal": "12.5"}, "12.5"),
        ({"amount": "2.1000", "unit": "KILOGRAM"}, "2.1000 KILOGRAM"),
        ({"@type": "QuantitativeValue", "value": 250, "unitCode": "GRM"}, "250 g"),
        ({"value": 36, "unit": "in"}, "36 in"),
        ({"value": 36, "unitCode": " CMT "}, "36 cm"),
        ({"centAmount": " 1250 ", "fractionDigits": 2}, {"amount": 12.5}),
        ({"volume": 347, "reporter": "U.S.", "page": 483, "type": 1}, "347 U.S. 483"),
        ({"Page": "12", "Reporter": "F.3d", "Volume": "9"}, "9 F.3d 12"),
        ({"edges": [{"node": "a", "cursor": "x"}, {"node": "b"}], "pageInfo": {}}, ["a", "b"]),
        ({"nodes": [{"name": "a"}], "totalCount": 1}, ["a"]),
    ],
)
def test_text_and_measures_are_read_with_their_attributes(value: Any, expected: object) -> None:
    assert read(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"id": 6, "size": "M"}, {"size": "M"}),
        ({"product_id": "632910392", "position": 2, "fit": "M"}, {"fit": "M"}),
        ([{"id": "gid://shopify/V/1", "size": "M"}, {"id": 2, "size": "L"}], None),
        ({"@type": "Thing", "colour": "red"}, {"colour": "red"}),
    ],
)
def test_the_number_of_a_row_is_no_value(value: Any, expected: object) -> None:
    assert read(value) == (expected or [{"size": "M"}, {"size": "L"}])


LOCALIZED = [
    {"de-DE": "Schale", "en-US": "Bowl", "fr-FR": "Bol"},
    {"de": "Schale", "en": "Bowl", "fr": "Bol"},
    [
        {"locale": "de_DE", "scope": None, "data": "Schale"},
        {"locale": "en_US", "scope": "web", "data": "Bowl"},
        {"locale": "fr_FR", "scope": None, "data": "Bol"},
    ],
    [
        {"language": code, "value": text}
        for code, text in (("de", "Schale"), ("en", "Bowl"), ("fr", "Bol"))
    ],
]


@pytest.mark.parametrize("value", LOCALIZED)
def test_a_value_in_several_languages_is_all_of_them_or_the_profiles(value: object) -> None:
    assert read(value) == ["Bowl", "Schale", "Bol"]
    assert read(value, GERMAN) == "Schale"


def test_a_language_that_is_missing_falls_back_to_the_others() -> None:
    assert read({"en": "Bowl", "fr": "Bol"}, GERMAN) == "Bowl"
    assert read({"it": "Ciotola", "fr": "Bol"}, GERMAN) == ["Ciotola", "Bol"]
    assert read({"en-US": "Bowl", "en-GB": "Bowl"}) == "Bowl"
    without = [{"locale": None, "scope": None, "data": [{"amount": "189.00", "currency": "EUR"}]}]
    assert read(without) == read(without, GERMAN) == [{"amount": "189.00", "currency": "EUR"}]
