"""The readings of a price field, in one table."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.text.prices import Price, price
from sidecar.text.values import number


@pytest.mark.parametrize(
    ("value", "low", "high"),
    [
        (499, 499, 499),
        ("499.00", 499, 499),
        ("$1,299.00", 1299, 1299),
        ("1.299,00 €", 1299, 1299),
        ("1 299,00 €", 1299, 1299),
        ("1\u00a0299 €", 1299, 1299),
        ("EUR 12,50", 12.5, 12.5),
        ("499,- €", 499, 499),
        ("US$ 49.99", 49.99, 49.99),
        ("CHF 12", 12, 12),
        ({"amount": 499, "currency": "USD"}, 499, 499),
        ({"value": "499.00"}, 499, 499),
        ({"price": {"amount": 5}}, 5, 5),
        ({"regular": 599, "sale": 499}, 499, 499),
        ({"min": 399, "max": 599}, 399, 599),
        ({"lowPrice": "399", "highPrice": "599"}, 399, 599),
        ({"min_price": 399, "max_price": 599}, 399, 599),
        ({"gte": 10, "lte": 20}, 10, 20),
        ({"min": {"amount": 10}, "max": {"amount": 20}}, 10, 20),
        ("$399 - $599", 399, 599),
        ("399–599 €", 399, 599),
        ("from 399 to 599", 399, 599),
        ("from $500", 500, math.inf),
        ("From $500", 500, math.inf),
        ("ab 500 €", 500, math.inf),
        ("starting at $500", 500, math.inf),
        ("$500+", 500, math.inf),
        ({"min": 5}, 5, math.inf),
        ([None, {"amount": 4}, 9], 4, 4),
    ],
)
def test_a_price_is_read(value: object, low: float, high: float) -> None:
    assert price(value) == Price(low, high)


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, "", "ask us", "was $599, now $499", "499 / 599", {}, [], {"currency": "USD"}),
        *({"amount": True}, {"amount": None}, float("nan"), "500 - 400", "from", "$", "12 cm"),
    ],
)
def test_what_says_no_price(value: object) -> None:
    assert price(value) is None


def test_numbers_in_objects() -> None:
    assert number({"value": 4.5, "count": 12}) == 4.5
    assert number({"average": "4.5"}) == 4.5
    assert number({"amount": None, "value": 3}) == 3
    assert number({"count": 12}) is None


ANY = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=12) | st.sampled_from(["$5", "5-9"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["min", "max", "amount", "value", "x"]), inner, max_size=3
        )
    ),
    max_leaves=5,
)


@given(ANY)
def test_whatever_the_field_holds_a_range_has_its_ends_in_order(value: object) -> None:
    found = price(value)
    assert found is None or (math.isfinite(found.low) and found.low <= found.high)
