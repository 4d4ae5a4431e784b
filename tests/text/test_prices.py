"""The readings of a price field, in one table."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.text.prices import Price, price, prices
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
        ("Rs. 499", 499, 499),
        ("₹ 499/- only", 499, 499),
        ("₹1,29,999.00", 129_999, 129_999),
        ("US $12.99", 12.99, 12.99),
        ("EUR12.99", 12.99, 12.99),
        ("12,99 €/Stk.", 12.99, 12.99),
        ("12,99 € *", 12.99, 12.99),
        ("12,99 € inkl. MwSt. zzgl. Versand", 12.99, 12.99),
        ("12.99 GBP inc. VAT", 12.99, 12.99),
        ("12.99 USD per unit", 12.99, 12.99),
        ("$1.99 each", 1.99, 1.99),
        ("12,99 € (25,98 €/kg)", 12.99, 12.99),
        ("9,99 € (1 kg = 19,98 €)", 9.99, 9.99),
        ("1299元", 1299, 1299),
        ("1,299円", 1299, 1299),
        ("(税込)1,980円", 1980, 1980),
        ("￥１２９９", 1299, 1299),
        ("399 Kč", 399, 399),
        ("1 299,00 kr", 1299, 1299),
        ("12:-", 12, 12),
        ("75¢", 0.75, 0.75),
        ("85p", 0.85, 0.85),
        ("AU $5.50", 5.5, 5.5),
        ("US $1,250.00", 1250, 1250),
        ("129,-", 129, 129),
        ("1.299.-", 1299, 1299),
        ("CHF 1'299.00", 1299, 1299),
        ("12.990 ₫", 12_990, 12_990),
        ("KWD 12.990", 12.99, 12.99),
        ("12 990 Ft", 12_990, 12_990),
        ("Free", 0, 0),
        ("12€99", 12.99, 12.99),
        ("R129.00", 129, 129),
        ("Fr. 12.90", 12.9, 12.9),
        ("$12.99 (25% off)", 12.99, 12.99),
        ("-20% 12,99 €", 12.99, 12.99),
        ("$12.99 You save $3.00 (20%)", 12.99, 12.99),
        ("between $10 and $20", 10, 20),
        ("$12.99 $9.99", 9.99, 12.99),
        ("kostenlos", 0, 0),
        ("was $599, now $499", 499, 499),
        ("statt 599 € jetzt nur 499 €", 499, 499),
        ("De R$ 100,00 por R$ 80,00", 80, 80),
        ("$9.99 (was $12.99)", 9.99, 9.99),
        ("12.99-15.99 USD", 12.99, 15.99),
        ("3000円から5000円", 3000, 5000),
        ("¥99起", 99, math.inf),
        ({"price": 129, "sale_price": 69}, 69, 69),
        ({"price": 129, "sale_price": 0}, 129, 129),
        ({"price": 0, "regular_price": 20}, 20, 20),
        ({"price": 0}, 0, 0),
        ({"regularPrice": 599.99, "salePrice": 449.99}, 449.99, 449.99),
        ({"price": "24.00", "compare_at_price": "30.00"}, 24, 24),
        ({"price": 5, "unitPrice": 12, "pricePerKg": 12}, 5, 5),
        ({"type": "centPrecision", "centAmount": 1499, "fractionDigits": 2}, 14.99, 14.99),
        ({"currencyCode": "JPY", "centAmount": 1499, "fractionDigits": 0}, 1499, 1499),
        ({"price": "1299", "currency_minor_unit": 2}, 12.99, 12.99),
        ({"@type": "Offer", "price": "149.00", "priceCurrency": "USD"}, 149, 149),
        ({"priceSpecification": [{"price": 25, "priceCurrency": "EUR"}]}, 25, 25),
        (
            {
                "priceRange": {
                    "minVariantPrice": {"amount": "5.0"},
                    "maxVariantPrice": {"amount": 9},
                }
            },
            *(5, 9),
        ),
        (
            {"minimum_price": {"regular_price": {"value": 20}, "final_price": {"value": 15}}},
            15,
            math.inf,
        ),
    ],
)
def test_a_price_is_read(value: object, low: float, high: float) -> None:
    found = price(value)
    assert found
    assert (found.low, found.high) == (low, high)


def test_all_prices_of_variants_offers_and_lists_are_read() -> None:
    for value in (
        [{"title": "S", "price": "38.00"}, {"title": "M", "price": "24.00"}],
        {"@type": "AggregateOffer", "offers": [{"price": 38}, {"price": 24}]},
        {"variants": [{"price": "38.00"}, {"price": 24.0}]},
        [{"value": {"centAmount": 3800}}, {"value": {"centAmount": 2400}}],
    ):
        assert [each.low for each in prices(value)] == [38, 24]


def test_a_price_has_its_currency() -> None:
    for value in ("12 EUR", "€12", {"amount": 12, "currency": "EUR"}, {"EUR": 12}, "12 euros"):
        assert prices(value) == (Price(12, 12, "EUR"),)
    assert prices({"USD": 12.99, "EUR": "11,99"}) == (
        Price(12.99, 12.99, "USD"),
        Price(11.99, 11.99, "EUR"),
    )


@given(st.integers(min_value=1, max_value=999_999), st.integers(min_value=0, max_value=99))
def test_another_notation_of_a_price_is_the_same_price(whole: int, cents: int) -> None:
    value = whole + cents / 100
    english, continental = f"{whole:,}.{cents:02}", f"{whole:,}".replace(",", ".") + f",{cents:02}"
    for written in (
        *(
            value,
            f"{value:.2f}",
            f"${english}",
            f"{english} USD",
            f"USD{english}",
            f"{continental} €",
        ),
        *(f"{continental.replace('.', ' ')} kr", f"CHF {english.replace(',', chr(39))}"),
        *(f"{english} each", f"Price: ${english}", {"amount": value}, {"price": f"{value:.2f}"}),
        {"price": {"value": english}, "currency": "USD"},
        {"centAmount": round(value * 100), "fractionDigits": 2},
    ):
        found = price(written)
        assert found, written
        assert found.low == found.high == pytest.approx(value), written


@given(st.text(alphabet="bcdghjklmqvwxz ", max_size=30), st.integers(min_value=1, max_value=99))
def test_prose_with_a_number_is_no_price(prose: str, value: int) -> None:
    assert price(f"qq {prose} {value} {prose} qq") is None


@pytest.mark.parametrize(
    "value",
    [
        *(None, True, "", "ask us", "499 / 599", "12 34", {}, [], {"currency": "USD"}),
        *({"amount": True}, {"amount": None}, float("nan"), "500 - 400", "from", "$", "12 cm"),
        *("12.99 €/kg", "$9.99/month", "3 for $10", "iPhone 15", "2024-01-02", "free shipping"),
        *({"unitPrice": 3}, {"priceValidUntil": 2027}, {"price_count": 3, "discount": 10}),
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
