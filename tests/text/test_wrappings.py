"""Fields within what a search engine, a queue or a web page wraps around them."""

from typing import Any

import pytest

from sidecar.profile import FieldProfile, Profile
from tests.text.reading import SHOP, fields, text

SHOE = {"title": "Shoe", "brand": "Acme"}


@pytest.mark.parametrize(
    "given",
    [
        SHOE,
        {"_id": "1", "_index": "shop", "_score": 3.2, "_source": SHOE},
        {"_id": "1", "fields": {"title": ["Shoe"], "brand": ["Acme"]}},
        {"@context": "https://schema.org", "@graph": [{"@type": "WebPage", "name": "Home"}, SHOE]},
        {"score": 1.2, "product": SHOE},
        {"id": 7, "url": "https://shop.example/7", "weight": 2, "item": SHOE},
        {"Fields": {"Title": "Shoe", "BRAND": "Acme"}},
        {"cursor": "x", "node": {"id": 1, "product": SHOE}},
        {"hit": {"_source": SHOE}},
        {"g:title": "Shoe", "g:brand": "Acme"},
        {"rerank_doc": '{"title": "Shoe", "brand": "Acme"}'},
        {"rerank_doc": ['{"title": "Shoe", "brand": "Acme"}'], "title": None},
        {"rerank_doc": '{"title": "Boot", "brand": "Acme"}', "title": "Shoe"},
        {"_source": {"rerank_doc": '{"title": "Shoe"}', "brand": "Acme"}},
        {"_source": '{"title": "Shoe", "brand": "Acme"}'},
    ],
)
def test_wrapped_fields_are_read_as_bare_ones(given: Any) -> None:
    read = fields(given) or {}
    plain = {name: value[0] if isinstance(value, list) else value for name, value in read.items()}
    assert plain == SHOE


@pytest.mark.parametrize(
    "given",
    [
        {"text": "x" * 200, "metadata": SHOE},
        {"a": SHOE, "b": {"title": "Boot"}},
        {"tags": ["a"], "metadata": SHOE},
        {"id": 1},
    ],
)
def test_what_may_be_content_beside_the_object_keeps_it_closed(given: Any) -> None:
    assert fields(given) == {}


def test_keys_on_top_go_first_and_a_field_is_no_wrapper() -> None:
    assert fields({"title": "Boot", "_source": SHOE}) == {"title": "Boot", "brand": "Acme"}
    own = Profile(name="own", fields={"fields": FieldProfile(), "title": FieldProfile()})
    assert fields({"fields": {"title": "x", "n": 1}}, own) == {"fields": {"title": "x", "n": 1}}


def test_a_text_is_opened_only_where_it_holds_an_object_and_texts_are_read() -> None:
    assert fields({"rerank_doc": "a plain text"}) == {}
    assert fields({"rerank_doc": "[1]", "title": "Shoe"}) == {"title": "Shoe"}
    never = SHOP.model_copy(update={"parse": False})
    assert fields({"rerank_doc": '{"title": "Shoe"}'}, never) == {}
    own = Profile(name="own", fields={"rerank_doc": FieldProfile()})
    assert fields({"rerank_doc": '{"title": "Shoe"}'}, own) == {"rerank_doc": '{"title": "Shoe"}'}


def test_a_key_that_the_model_does_not_read_keeps_nothing_closed() -> None:
    given = {"color": "red", "updated": "2020-01-01", "listing": {**SHOE, "color": "blue"}}
    assert fields(given) == {**SHOE, "color": "red"}
    assert fields({"color": {"title": "Red", "brand": "Acme"}}) == {
        "color": {"title": "Red", "brand": "Acme"}
    }
    assert fields({"color": "red", "maker": {"country": "FR"}}) == {"color": "red"}
    assert fields({"title": "Boot", "maker": {"brand": "Acme"}}) == {"title": "Boot"}


def test_a_profile_has_wrappers_of_its_own() -> None:
    own = SHOP.model_copy(update={"wrappers": ("masterData.current", "masterVariant")})
    inner = {"title": "Shoe", "masterVariant": {"brand": "Acme"}}
    assert fields({"id": "x", "masterData": {"current": inner}}, own) == SHOE
    capital = {"MasterData": {"Current": {"Title": "Shoe", "MasterVariant": {"Brand": "Acme"}}}}
    assert fields(capital, own) == SHOE
    assert fields({"_source": SHOE, "a": SHOE}, own) == {}


def test_a_string_is_opened_too() -> None:
    assert text('{"_id": "1", "_source": {"title": "Shoe"}}') == {"title": "Shoe"}
    assert text('{"level": "info", "message": "a log line"}') is None


def test_other_fields_are_those_within() -> None:
    open_profile = SHOP.model_copy(update={"other_fields": True})
    given = {"_id": "1", "_source": {"title": "Shoe", "price": 3}}
    assert fields(given, open_profile) == {"title": "Shoe", "price": 3, "_id": "1"}
