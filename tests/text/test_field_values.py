"""What a profile asks of a field's values: notation, factor, unit, which of several."""

from typing import Any

import pytest
from pydantic import ValidationError

from sidecar.profile import FieldProfile, Profile
from tests.text.reading import fields


def read(given: Any, **keys: Any) -> object:
    profile = Profile(name="own", fields={"field": FieldProfile(**keys)})
    return (fields({"field": given}, profile) or {}).get("field")


@pytest.mark.parametrize(
    ("locale", "text", "expected"),
    [
        ("de", "1.299", "1299"),
        ("de", "1.299,50 €", "1299.50 €"),
        ("de", "ab 1.299", "ab 1299"),
        ("en", "1.299", "1.299"),
        ("en-US", "$1,299", "$1299"),
        ("de-CH", "CHF 1'299.50", "CHF 1299.50"),
        ("en", "1,29,999", "129999"),
        ("de", "1,5", "1.5"),
        ("de", "03/04/2020", "2020-04-03"),
        ("en-US", "03/04/2020", "2020-03-04"),
        ("en-GB", "3.4.20", "2020-04-03"),
        ("ja", "2020/4/3", "2020-04-03"),
        ("de", "2020-04-03", "2020-04-03"),
        ("de", "31/02/2020", "31/02/2020"),
        ("de", "1.29.9", "1.29.9"),
        ("de", "3 - 4 Tage", "3 - 4 Tage"),
        ("de", "Modell 1.299 von heute und morgen", "Modell 1.299 von heute und morgen"),
    ],
)
def test_a_locale_decides_what_can_be_read_in_two_ways(
    locale: str, text: str, expected: str
) -> None:
    assert read(text, locale=locale) == expected
    assert read([text], locale=locale) == [expected]


def test_a_locale_that_is_not_known_is_a_fault() -> None:
    with pytest.raises(ValidationError, match="is no locale that is known"):
        FieldProfile(locale="klingon")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (4995, 49.95),
        ("4995", 49.95),
        ([4995, 1000], [49.95, 10]),
        ({"amount": 4995, "currency": "EUR"}, 49.95),
        ("on request", "on request"),
    ],
)
def test_a_factor_multiplies_numbers(value: Any, expected: object) -> None:
    assert read(value, factor=0.01) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (36, "36 inch"),
        ("36.5", "36.5 inch"),
        ("36 cm", "36 cm"),
        (["36", "4 ft"], ["36 inch", "4 ft"]),
    ],
)
def test_a_unit_is_that_of_bare_numbers(value: Any, expected: object) -> None:
    assert read(value, unit="inch") == expected


@pytest.mark.parametrize(
    ("pick", "expected"),
    [
        ("first", "45.00"),
        ("lowest", "25.00 USD"),
        ("highest", {"amount": 60}),
        ("any", ["45.00", "25.00 USD", {"amount": 60}, "?"]),
        ("all", ["45.00", "25.00 USD", {"amount": 60}, "?"]),
    ],
)
def test_a_list_gives_the_values_that_are_picked(pick: str, expected: object) -> None:
    assert read(["45.00", "25.00 USD", {"amount": 60}, "?"], pick=pick) == expected


def test_without_numbers_the_first_is_picked() -> None:
    assert read(["a", "b"], pick="lowest") == "a"
    assert read("a", pick="highest") == "a"


PRICE = Profile(
    name="own",
    fields={"price": FieldProfile(aliases=("sale_price", "price"), zero_means_none=True)},
)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"price": 129, "sale_price": 0}, 129),
        ({"price": "129", "sale_price": "0.00 USD"}, "129"),
        ({"price": 129, "sale_price": {"amount": 0}}, 129),
        ({"price": 129, "sale_price": [0, 0]}, 129),
        ({"price": 129, "sale_price": 99}, 99),
        ({"price": 0, "sale_price": 0}, 0),
        ({"price": 0}, 0),
        ({"price": 129, "sale_price": ""}, 129),
    ],
)
def test_zero_means_none_beside_another_value(given: Any, expected: object) -> None:
    assert fields(given, PRICE) == {"price": expected}


@pytest.mark.parametrize("key", ["price_cents", "priceInCents", "price in cents"])
def test_a_name_that_says_cents_is_read_in_the_currencys_unit(key: str) -> None:
    own = Profile(name="own", fields={"price": FieldProfile(aliases=(key,))})
    assert fields({key: 4995}, own) == {"price": 49.95}
    assert fields({key: ["4995", "free"]}, own) == {"price": [49.95, "free"]}
    scaled = Profile(name="own", fields={"price": FieldProfile(aliases=(key,), factor=0.001)})
    assert fields({key: 4995}, scaled) == {"price": 4.995}
