"""A sale that is over, or has not begun, is not the price that is paid."""

from datetime import UTC, datetime
from typing import Any

import pytest

from sidecar.profiles import Profiles
from sidecar.request import Document
from sidecar.text.read import read

NOW = datetime(2024, 6, 15, 12, tzinfo=UTC).timestamp()
MERCHANT = "sale_price_effective_date"


def price(given: dict[str, Any], profile: str = "ecommerce") -> object:
    document = Document(fields={"title": "Kettle", **given})
    return (read(document, Profiles.open().get(profile), NOW) or {})["price"]


@pytest.mark.parametrize(
    ("period", "goes_on"),
    [
        ("2024-06-01T00:00+0100/2024-06-30T23:59+0100", True),
        ("2024-06-01T00:00Z/2024-06-15T11:59Z", False),
        ("2024-05-01/2024-06-15", True),  # to the end of that day
        ("2024-05-01/2024-06-14", False),
        ("2024-06-16T00:00-0800/2024-06-30T00:00-0800", False),
        ("2024-06-01 / 2024-06-30", True),
        ("soon/later", True),
        ("", True),
    ],
)
def test_a_merchants_period_of_both_ends(period: str, goes_on: bool) -> None:
    for key in (MERCHANT, f"g:{MERCHANT}", "salePriceEffectiveDate"):
        given = {"price": "129.00 USD", "sale_price": "89.00 USD", key: period}
        assert price(given, "google-merchant") == ("89.00 USD" if goes_on else "129.00 USD")


@pytest.mark.parametrize(
    ("begin", "end", "goes_on"),
    [
        ("2024-06-01T00:00:00", "2024-06-30T23:59:59", True),
        ("2024-06-01T00:00:00", None, True),
        (None, "2024-06-30T23:59:59", True),
        (None, "2024-06-14T23:59:59", False),
        ("2024-06-16T00:00:00", None, False),
        (None, None, True),
        ("2024-06-01 00:00:00", "2024-06-15 00:00:00", True),  # as Magento writes the last day
        ("2024-05-01 00:00:00", "2024-06-14 00:00:00", False),
        (1717200000, 1719700000, True),
        (1711200000, 1713700000, False),
    ],
)
def test_a_period_in_two_fields(begin: object, end: object, goes_on: bool) -> None:
    woo = {
        **{"price": "129", "regular_price": "129", "sale_price": "89"},
        **{"date_on_sale_from": begin, "date_on_sale_to": end},
    }
    assert price(woo, "woocommerce") == ("89" if goes_on else "129")
    special = {"special_price": 89, "special_from_date": begin, "special_to_date": end}
    assert price({"price": 129, **special}, "magento") == (89 if goes_on else 129)
    custom = [{"attribute_code": name, "value": value} for name, value in special.items()]
    nested = {"price": 129, "custom_attributes": custom}
    assert price(nested, "magento") == (89 if goes_on else 129)


def test_the_order_of_the_keys_does_not_matter() -> None:
    given = {MERCHANT: "2024-01-01/2024-02-01", "sale_price": 89, "price": 129}
    assert price(given) == price(dict(reversed(given.items()))) == 129


def test_the_only_price_is_read_whatever_its_period() -> None:
    assert price({"sale_price": 89, MERCHANT: "2024-01-01/2024-02-01"}) == 89


def test_only_reduced_prices_have_a_period() -> None:
    given = {"price": 129, "regular_price": 149, MERCHANT: "2024-01-01/2024-02-01"}
    assert price(given) == 129


@pytest.mark.parametrize(
    ("begin", "end"),
    [
        ("sale_start_date", "sale_end_date"),
        ("salePriceStartDate", "salePriceEndDate"),
        ("sale_starts_at", "saleEndsAt"),
        ("special_price_from", "special_price_to"),
        ("discount_start", "discount_end"),
        ("promotion_start_date", "promotion_end_date"),
        ("priceValidFrom", "priceValidUntil"),
    ],
)
def test_the_keys_of_a_period_in_shops(begin: str, end: str) -> None:
    reduced = {"price": 129, "sale_price": 89}
    assert price({**reduced, begin: "2024-06-01", end: "30/06/2024"}) == 89
    assert price({**reduced, end: "2024-06-14"}) == 129
    assert price({**reduced, begin: "2024-06-16T00:00:00Z"}) == 129
    assert price({"price": 129, end: "2024-06-14"}) == 129  # no reduced one: what stands there


def test_a_period_inside_the_reduced_price() -> None:
    def given(until: str) -> dict[str, Any]:
        return {"price": 129, "sale_price": {"amount": 89, "valid_until": until}}

    assert price(given("2024-06-14")) == 129
    assert price(given("2024-06-30")) != 129
