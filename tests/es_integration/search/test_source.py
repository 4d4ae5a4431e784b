"""`_source` filters; test_pages_on_node compares them with the search engines' own."""

from typing import Any

import pytest

from es_integration.search.source import SourceFilter, hit_document

SOURCE = {
    "title": "Shoe",
    "brand": "Nike",
    "price": {"amount": 49, "currency": "EUR"},
    "variants": [{"size": 40, "sku": "a"}, {"size": 41}, {"sku": "c"}],
}


@pytest.mark.parametrize(
    ("value", "filter"),
    [
        (None, SourceFilter()),
        (True, SourceFilter()),
        (False, SourceFilter(off=True)),
        ("title", SourceFilter(("title",))),
        (["a", "b.*"], SourceFilter(("a", "b.*"))),
        ({"includes": "a", "excludes": ["b"]}, SourceFilter(("a",), ("b",))),
        ({"exclude": ["b"]}, SourceFilter((), ("b",))),
    ],
)
def test_every_spelling_is_read(value: Any, filter: SourceFilter) -> None:
    assert SourceFilter.of(value) == filter
    assert SourceFilter.of(filter.body()) == filter


def test_what_is_no_filter_is_refused() -> None:
    with pytest.raises(ValueError, match="_source"):
        SourceFilter.of(7)


@pytest.mark.parametrize(
    ("value", "widened"),
    [
        (None, True),
        (False, {"includes": ["title", "price.amount"]}),
        (["brand"], {"includes": ["brand", "title", "price.amount"]}),
        ({"excludes": ["vector"]}, {"excludes": ["vector"]}),
        ({"excludes": ["price", "t*", "variants"]}, {"excludes": ["variants"]}),
        ({"excludes": ["price.currency"]}, {"excludes": ["price.currency"]}),
    ],
)
def test_the_models_fields_are_fetched_as_well(value: Any, widened: Any) -> None:
    assert SourceFilter.of(value).with_fields(["title", "price.amount"]).body() == widened


@pytest.mark.parametrize(
    ("value", "filtered"),
    [
        (["title"], {"title": "Shoe"}),
        (["pr*"], {"price": SOURCE["price"]}),
        (["price.amount"], {"price": {"amount": 49}}),
        (["*.sku"], {"variants": [{"sku": "a"}, {"sku": "c"}]}),
        (["nothing"], {}),
        ({"includes": ["price", "brand"], "excludes": ["*.currency"]}, None),
    ],
)
def test_a_filter_lets_through_what_it_names(value: Any, filtered: Any) -> None:
    if filtered is None:
        filtered = {"brand": "Nike", "price": {"amount": 49}}
    assert SourceFilter.of(value).apply(SOURCE) == filtered


def test_a_document_is_the_named_fields_of_a_hit() -> None:
    hit = {"_source": SOURCE, "fields": {"popularity": [7], "tags": ["x", "y"], "title": ["no"]}}
    assert hit_document(hit, ("title", "price.amount", "popularity", "tags", "absent")) == {
        "title": "Shoe",
        "price": {"amount": 49},
        "popularity": 7,
        "tags": ["x", "y"],
    }
    assert hit_document({"fields": {"popularity": [7]}}, ("popularity",)) == {"popularity": 7}
    assert hit_document({}, ("title",)) == {}


def test_a_documents_fields_are_in_the_order_of_their_names() -> None:
    """OpenSearch mixes up the keys of a filtered source, and the model reads them in order."""
    hit = {"_source": {"c": 1, "a": {"y": 2, "x": 3}, "b.z": 4, "d": 5}}
    document = hit_document(hit, ("a.x", "b.z", "c", "a.y"))
    assert list(document.items()) == [("a", {"y": 2, "x": 3}), ("b.z", 4), ("c", 1)]
