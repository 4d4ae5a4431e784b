"""A profile over many documents."""

from typing import Any

from sidecar.contracts.body import read_document
from sidecar.profiles import Profiles
from sidecar.profiles.coverage import Coverage, coverage
from sidecar.profiles.readings import ProfileReadings

ECOMMERCE = Profiles.open().get("ecommerce")


def of(*documents: Any) -> Coverage:
    readings = ProfileReadings(ECOMMERCE)
    return coverage(
        (readings.of(read_document(document)) for document in documents), ECOMMERCE.fields
    )


def test_fields_spellings_readings_and_ignored_keys_are_counted() -> None:
    found = of(
        {"title": "A", "price": "49 USD", "foo": 1},
        {"name": "B", "sale_price": 40, "price": 60, "foo": 2, "bar": 3},
        {"name": "C", "price": "ask us"},
    )
    assert found.documents == 3
    assert list(found.fields) == list(ECOMMERCE.fields)
    assert found.fields["title"].spellings == {"title": 1, "name": 2}
    price = found.fields["price"]
    assert (price.found, price.spellings) == (3, {"price": 2, "sale_price": 1})
    assert price.signals["price"].says == {"49": 1, "40": 1}
    assert price.signals["price"].examples == ["ask us"]
    assert found.fields["brand"].found == 0
    assert found.ignored == {"foo": 2, "bar": 1}


def test_what_cannot_be_read_and_what_has_no_fields_are_faults() -> None:
    found = of({"title": "A", "price": "ask us"}, {"title": "B", "price": 3}, {"headline": "x"})
    assert found.faults(0.1) == [
        "1 of 3 documents have no field",
        "price cannot read 1 of 2 in price",
    ]
    assert found.faults(0.5) == ["1 of 3 documents have no field"]


def test_a_title_without_a_quantity_is_no_fault() -> None:
    assert of({"title": "Shoe", "color": "sunset", "in_stock": True}).faults(0) == []
