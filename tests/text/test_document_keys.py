"""Where a profile's fields are in a document."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.profile import FieldProfile, Profile
from sidecar.text.document_keys import Container, DocumentKeys, inside
from sidecar.text.spelling import normal
from tests.text.reading import fields


def profile(**aliases: list[str]) -> Profile:
    named = {name: FieldProfile(aliases=tuple(of_field)) for name, of_field in aliases.items()}
    return Profile(name="own", fields=named)


@pytest.mark.parametrize(
    "key",
    ["g:price", "Product Name", "Größe", "审理法院", "offers.@type", "a:b.c d", "9lives", "@type"],
)
def test_a_field_has_any_name(key: str) -> None:
    own = Profile(name="own", fields={key: FieldProfile()})
    assert fields({key: "x", "other": 1}, own) == {key: "x"}
    assert fields({"x": "y"}, Profile(name="own", fields={"f": FieldProfile(aliases=(key,))})) == {}


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"productBrand": "A"}, "A"),
        ({"Product Brand": "A"}, "A"),
        ({"g:product_brand": "A"}, "A"),
        ({"productBrand": "A", "product_brand": "B"}, "B"),
        ({"product_brand": "", "productBrand": "A"}, "A"),
        ({"product brand name": "A"}, None),
    ],
)
def test_a_key_is_found_in_another_spelling_after_its_own(given: Any, read: object) -> None:
    assert (fields(given, profile(product_brand=[])) or {}).get("product_brand") == read


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({"offers": {"price": 1}}, 1),
        ({"offers.price": 2, "offers": {"price": 1}}, 2),
        ({"Offers": {"Price": 1}}, 1),
        ({"offers": [{"price": 1}, {"price": 2}, {"sku": "x"}]}, [1, 2]),
        ({"offers": [{"price": [1, 2]}, {"price": 3}]}, [1, 2, 3]),
        ({"offers": [{"name": "price", "value": 3}]}, 3),
        ({"offers": {"sku": "x"}}, None),
        ({"offers": "price"}, None),
        ({"offers": {"price": None, "PRICE": 4}}, 4),
    ],
)
def test_a_dot_steps_inside_or_belongs_to_the_key(given: Any, read: object) -> None:
    assert (fields(given, profile(price=["offers.price"])) or {}).get("price") == read


def test_keys_with_dots_are_found_at_every_level() -> None:
    assert inside({"a.b": {"c": 1}}, "a.b.c") == 1
    assert inside({"a": {"b.c": 1}}, "a.b.c") == 1
    assert inside({"a": {"b": {"c": 1}}, "a.b": {"x": 2}}, "a.b.c") == 1


def test_cents_are_read_in_the_currencys_unit() -> None:
    money = {"type": "centPrecision", "centAmount": 1499, "fractionDigits": 2}
    assert inside({"value": money}, "value.centAmount") == 14.99
    assert inside({"centAmount": 1499, "fractionDigits": 0}, "centAmount") == 1499
    assert inside({"amount": 1499}, "amount") == 1499


def test_the_fields_own_name_goes_first_or_where_its_aliases_have_it() -> None:
    given = {"price": 9, "sale_price": 5}
    assert fields(given, profile(price=["sale_price"])) == {"price": 9}
    assert fields(given, profile(price=["sale_price", "price"])) == {"price": 5}
    assert fields({"price": 9}, profile(price=["sale_price", "price"])) == {"price": 9}


def test_keys_that_never_repeat_take_no_memory_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sidecar.text.document_keys.MAX_KNOWN_KEYS", 3)
    keys = DocumentKeys([("title",)])
    for number in range(9):
        assert keys.candidates(f"key {number}") == ()
    assert keys.candidates("Title")
    assert keys.candidates.cache_info().currsize == 3


def test_of_two_keys_that_spell_a_name_otherwise_the_same_one_is_always_read() -> None:
    own = profile(sale_price=[])
    assert fields({"salePrice": 1, "Sale Price": 2}, own) == {"sale_price": 2}
    assert fields({"Sale Price": 2, "salePrice": 1}, own) == {"sale_price": 2}
    assert fields({"Sale Price": None, "salePrice": 1}, own) == {"sale_price": 1}


ITEM = st.dictionaries(
    st.sampled_from(
        ["price", "Price", "a.b", "a", "centAmount", "currency_minor_unit", "edges", "sku"]
    ),
    st.none()
    | st.integers(0, 3)
    | st.sampled_from(["", "x", [1, 2], {"b": 1}, {"price": 4}, [{"price": 5}]]),
    max_size=4,
)
HELD = ITEM | st.lists(ITEM | st.integers(), max_size=3) | ITEM.map(lambda item: [item, item])


@given(HELD, st.sampled_from(["price", "a", "a.b", "a.price", "centAmount", "sku", "edges"]))
def test_a_container_is_looked_into_as_its_value(value: Any, steps: str) -> None:
    container = Container(value)
    assert container.inside(steps) == inside(value, steps)
    if "." not in steps and container.lacks(normal(steps)):
        assert inside(value, steps) is None
