"""What a query asks of its quantities: a value, a bound or a range."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.text.query.quantity import requested_quantities


@pytest.mark.parametrize(
    ("query", "low", "high"),
    [
        ("shelf 20 cm", 0.2, 0.2),
        ("shelf 20-30 cm", 0.2, 0.3),
        ("shelf 20cm-30cm", 0.2, 0.3),
        ("shelf 20 cm – 30 cm", 0.2, 0.3),
        ("shelf 30cm-20cm", 0.2, 0.3),
        ("shelf between 20 and 30 cm", 0.2, 0.3),
        ("shelf between 20 cm and 30 cm", 0.2, 0.3),
        ("shelf 20 to 30 cm", 0.2, 0.3),
        ("shelf from 20 cm to 30 cm", 0.2, 0.3),
        ("Regal zwischen 20 und 30 cm", 0.2, 0.3),
        ("Regal 20 bis 30 cm", 0.2, 0.3),
        ("under 30 cm", 0, 0.3),
        ("no more than 30 cm", 0, 0.3),
        ("pan under 10 inch", 0, 0.254),
        ("at most 30cm", 0, 0.3),
        ("max 30 cm", 0, 0.3),
        ("<= 30cm", 0, 0.3),
        ("over 30 cm", 0.3, math.inf),
        ("at least 30 cm", 0.3, math.inf),
        ("not less than 30 cm", 0.3, math.inf),
        ("ab 30 cm", 0.3, math.inf),
        ("about 30 cm", 0.24, 0.36),
    ],
)
def test_one_quantity_of_a_query(query: str, low: float, high: float) -> None:
    (asked,) = requested_quantities(query)
    assert (asked.low, asked.high) == pytest.approx((low, high))


@pytest.mark.parametrize(
    ("query", "values"),
    [
        ("16gb and 32gb", [16e9, 32e9]),
        ("16gb ram 512gb ssd", [16e9, 512e9]),
        ("60 x 40 cm", [0.6, 0.4]),
        ("iphone 12 max 256gb", [256e9]),
    ],
)
def test_what_is_no_range(query: str, values: list[float]) -> None:
    asked = requested_quantities(query)
    assert [one.low for one in asked] == [one.high for one in asked] == pytest.approx(values)


@given(st.text(alphabet="0123456789 .,-–/½'\"x°cmkgbftinlvwtoandbetweenunder", max_size=60))
def test_ends_are_in_order(query: str) -> None:
    assert all(one.low <= one.high for one in requested_quantities(query))
