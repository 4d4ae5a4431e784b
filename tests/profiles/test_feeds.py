"""The same product in the form of each platform gives the same signals, however it is wrapped,
ordered and noted."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.contracts.body import read_document
from sidecar.fusion.parts import signal_parts
from sidecar.pipeline.preparation import read_all
from sidecar.profiles import Profiles
from sidecar.search import Search
from sidecar.text.query import extract
from tests.profiles.product_forms import FORMS, MERCHANT, OWN_PROFILES

PROFILES = Profiles.open()
QUERIES = (
    "corva trail shoe under $100",
    "trail shoe over $100",
    "teal leather trail shoe size 42",
    "red trail shoe size 41",
    "PG-TRAIL-42",
    "4012200328002",
    "trail shoes",
)
EXPECTED = {
    "corva trail shoe under $100": {"brand": 1, "price": 1},
    "trail shoe over $100": {"price": -1},
    "teal leather trail shoe size 42": {"color": 1, "material": 1, "size": 1},
    "red trail shoe size 41": {"color": -1, "size": -1},
    "PG-TRAIL-42": {"identifier": 1},
    "4012200328002": {"identifier": 1},
    "trail shoes": {"category": 1},
}
SIGNALS = (
    "brand",
    "price",
    "color",
    "material",
    "size",
    "identifier",
    "category",
    "out_of_stock",
    "units",
    "exclusion",
    "rating",
)


def signs(document: Any, query: str, profile_name: str = "ecommerce") -> dict[str, int]:
    """The sign of each signal and rule that says something."""
    profile = PROFILES.get(profile_name)
    (fields,) = read_all([read_document(document)], profile)
    documents = [fields or {}]
    constraints = extract(query, profile.extractors, documents)
    (parts,) = signal_parts(profile, Search(query, documents, constraints), now=0)
    return {
        part.name: 1 if part.value > 0 else -1
        for part in parts
        if part.kind != "field" and part.name in SIGNALS
    }


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("form", FORMS)
def test_ecommerce_reads_every_platform_alike(form: str, query: str) -> None:
    expected = dict(EXPECTED[query])
    read = signs(FORMS[form], query)
    if query != "trail shoes":
        read.pop("category", None)
    assert read == expected


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("name", OWN_PROFILES)
def test_a_platforms_profile_reads_it_as_ecommerce_does(name: str, query: str) -> None:
    read = signs(FORMS[name], query, name)
    if query != "trail shoes":
        read.pop("category", None)
    assert read == EXPECTED[query]


def sold_out(form: Mapping[str, Any]) -> Any:
    """The form with no stock, in its own words."""
    text = json.dumps(form)
    for there, gone in (
        ('"in_stock", "g:gtin"', '"out_of_stock", "g:gtin"'),
        ('"inventory_quantity": 3', '"inventory_quantity": 0'),
        ('"instock"', '"outofstock"'),
        ('"qty": 3, "is_in_stock": true', '"qty": 0, "is_in_stock": false'),
        ("schema.org/InStock", "schema.org/OutOfStock"),
        ('"isOnStock": true, "availableQuantity": 3', '"isOnStock": false, "availableQuantity": 0'),
        ('"inventory_level": 3', '"inventory_level": 0'),
        ('"in_stock": [{"locale": null, "scope": null, "data": true}]', '"in_stock": false'),
    ):
        text = text.replace(there, gone)
    return json.loads(text)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_sold_out_is_demoted_on_every_platform(form: str) -> None:
    assert "out_of_stock" not in signs(FORMS[form], "trail shoe")
    assert signs(sold_out(FORMS[form]), "trail shoe")["out_of_stock"] == -1
    if form in OWN_PROFILES:
        assert signs(sold_out(FORMS[form]), "trail shoe", form)["out_of_stock"] == -1


WRAPPINGS = {
    "a hit": lambda form: {"_id": "1", "_index": "shop", "_score": 1.5, "_source": form},
    "an API's answer": lambda form: {"status": "ok", "data": form},
    "a string": json.dumps,
    "a string of a hit": lambda form: json.dumps({"_source": form}),
    "with empty keys": lambda form: {"color_code": None, "tags": [], **form, "notes": ""},
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("form", FORMS)
def test_wrapping_changes_nothing(form: str, wrapping: str) -> None:
    for query in QUERIES:
        assert signs(WRAPPINGS[wrapping](FORMS[form]), query) == signs(FORMS[form], query)


@given(form=st.sampled_from(sorted(FORMS)), query=st.sampled_from(QUERIES), data=st.data())
def test_the_order_of_keys_changes_nothing(form: str, query: str, data: st.DataObject) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shuffled(value[key]) for key in data.draw(st.permutations(list(value)))}
        return [shuffled(item) for item in value] if isinstance(value, list) else value

    assert signs(shuffled(FORMS[form]), query) == signs(FORMS[form], query)


NOTATIONS: dict[str, list[Any]] = {
    "g:price": ["129 USD", "$129.00", 129, "129", {"value": "129.00", "currency": "USD"}],
    "g:sale_price": ["89.00", "USD 89", "$89", 89.0, {"#text": "89.00", "@currency": "USD"}],
    "g:availability": ["in stock", "InStock", True, {"label": "In stock"}],
    "g:color": ["teal", "TEAL", ["Teal"], {"key": "teal", "label": "Teal"}, {"en": "Teal"}],
    "g:size": [42, "42.0", ["42"], {"name": "42"}],
    "g:brand": [
        "CORVA",
        ["Corva"],
        {"@type": "Brand", "name": "Corva"},
        {"id": 3, "name": "Corva"},
    ],
    "g:gtin": [4012200328002, "4012200328002 ", ["4012200328002"]],
    "g:material": ["leather", ["Leather"], {"label": "Leather", "id": 9}],
}


@pytest.mark.parametrize("key", NOTATIONS)
def test_another_notation_of_a_value_changes_nothing(key: str) -> None:
    for value in NOTATIONS[key]:
        for query in QUERIES:
            assert signs({**MERCHANT, key: value}, query) == signs(MERCHANT, query), value


KEYS: list[tuple[str, dict[str, Any], dict[str, int]]] = [
    ("mug under $20", {"Title": "Mug", "Variant Price": "24.00"}, {"price": -1}),
    ("mug under $20", {"name": "Mug", "price": {"EUR": {"default": 9.5}}}, {"price": 0}),
    ("mug under 20 €", {"name": "Mug", "price": {"EUR": {"default": 9.5}}}, {"price": 1}),
    (
        "mug under $20",
        {"title": "Mug", "variants": {"nodes": [{"price": "35"}, {"price": "15"}]}},
        {"price": 1},
    ),
    (
        "mug under $20",
        {"title": "Mug", "variants": {"edges": [{"node": {"price": {"amount": "35"}}}]}},
        {"price": -1},
    ),
    ("mug", {"name": "Mug", "soldOut": True}, {"out_of_stock": -1}),
    ("mug", {"name": "Mug", "is_sold_out": "false"}, {"out_of_stock": 0}),
    ("mug", {"name": "Mug", "Out of stock": 1}, {"out_of_stock": -1}),
    ("mug", {"name": "Mug", "isUnavailable": False}, {"out_of_stock": 0}),
    ("mug", {"name": "Mug", "inventoryStatus": "SOLD_OUT"}, {"out_of_stock": -1}),
    ("mug", {"name": "Mug", "totalInventory": 3}, {"out_of_stock": 0}),
    ("mug", {"name": "Mug", "available_quantity": 0}, {"out_of_stock": -1}),
    ("3800065711135", {"title": "Mug", "ean_13": "3800065711135"}, {"identifier": 1}),
    ("9783161484100", {"title": "Book", "ISBN": "978-3-16-148410-0"}, {"identifier": 1}),
    ("978-3-16-148410-0", {"title": "Book", "isbn13": "9783161484100"}, {"identifier": 1}),
    ("B08N5WRWNW", {"title": "Mug", "ASIN": "B08N5WRWNW"}, {"identifier": 1}),
    ("demo-17-x", {"title": "Mug", "product_reference": "DEMO-17-X"}, {"identifier": 1}),
    ("mugs", {"title": "Item", "breadcrumbs": "Kitchen > Mugs"}, {"category": 1}),
    ("juice 750 ml", {"name": "Juice", "net_content": 0.75, "net_content_unit": "l"}, {"units": 1}),
    ("box 2 kg", {"name": "Box", "weight": 500, "weightUnit": "g"}, {"units": -1}),
    (
        "silk scarf",
        {"name": "Scarf", "attributes": [{"code": "fabric", "value": "Silk"}]},
        {"material": 1},
    ),
    ("mug", {"name": "Mug", "rating": "4.8 out of 5 stars"}, {"rating": 1}),
    ("mug", {"name": "Mug", "avgRating": 4.8}, {"rating": 1}),
    ("cookies without nuts", {"name": "A", "ingredients_text": "oats, almonds"}, {"exclusion": -1}),
    ("cookies without nuts", {"name": "A", "Ingredients": ["oats", "rye"]}, {"exclusion": 0}),
    ("sugar free jam", {"name": "A", "claims": ["No added sugar"]}, {"exclusion": 1}),
    ("gluten free bread", {"name": "A", "labels_tags": ["en:gluten-free"]}, {"exclusion": 1}),
    ("Zuckerfreie Bonbons", {"name": "A", "labels": "zuckerfrei"}, {"exclusion": 1}),
    ("suikervrij snoep", {"name": "A", "ingredients": "suiker, melk"}, {"exclusion": -1}),
    ("Freizeithose", {"name": "A", "labels": "zuckerfrei"}, {"exclusion": 0}),
    ("glutenfreies Brot", {"name": "A", "allergens_tags": ["en:gluten"]}, {"exclusion": -1}),
]  # fmt: skip


@pytest.mark.parametrize(("query", "document", "expected"), KEYS)
def test_a_shops_keys_are_known(
    query: str, document: dict[str, Any], expected: dict[str, int]
) -> None:
    read = signs(document, query)
    assert {name: read.get(name, 0) for name in expected} == expected


SPELLINGS = {
    "without a prefix": lambda key: key.removeprefix("g:"),
    "camelCase": lambda key: "".join(
        part.title() if place else part for place, part in enumerate(key[2:].split("_"))
    ),
    "Title Case": lambda key: key[2:].replace("_", " ").title(),
    "kebab-case": lambda key: key[2:].replace("_", "-"),
    "an XML namespace": lambda key: "{http://base.google.com/ns/1.0}" + key[2:],
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_another_spelling_of_the_keys_changes_nothing(spelling: str) -> None:
    respelled = {SPELLINGS[spelling](key): value for key, value in MERCHANT.items()}
    for query in QUERIES:
        assert signs(respelled, query) == signs(MERCHANT, query)
