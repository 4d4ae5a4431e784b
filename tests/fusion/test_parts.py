"""What the parts of a document's logit promise, whatever the fields hold."""

import math
import random
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.fusion.parts import Part, field_weights, signal_parts
from sidecar.profile import FieldProfile, Profile
from sidecar.search import Constraint, Search
from sidecar.text.query import extract

NOW = 1_704_067_200.0
PROFILE = Profile.model_validate(
    {
        "name": "shop",
        "fields": {
            "title": {"weight": 2.0},
            "brand": {"weight": 0.5},
            "color": {"weight": 0.5},
            "description": {"weight": 0.2},
            "sku": {"weight": 0},
        },
        "match_cap": 1.5,
        "signals": {
            "brand": {"kind": "match", "fields": ["brand"], "weight": 0.6, "cap": 0.5},
            "color": {"kind": "constraint", "constraint": "color", "fields": ["color"]},
            "price": {
                "kind": "constraint",
                "constraint": "price",
                "fields": ["price"],
                "weight": -2,
            },
            "units": {"kind": "units", "fields": ["title"]},
            "popular": {"kind": "log", "field": "popularity", "ceiling": 1000, "weight": 0.3},
        },
        "rules": {
            "sold_out": {"field": "in_stock", "values": [False, "sold out", 0], "demote": 1.5},
            "advert": {"field": "title", "pattern": r"^\W*sponsored\b", "demote": 2},
        },
        "extractors": ["color", "price", "brand"],
        "boosts": {"color": {"color": 3}},
    }
)
VALUE = (
    st.none()
    | st.booleans()
    | st.floats()
    | st.integers()
    | st.sampled_from(
        ["red", "Acme", "red Acme phone 16gb", "Sponsored", "8 GB", "sold out", "", "49"]
    )
    | st.lists(st.sampled_from(["red", "blue", ""]), max_size=2)
)
NAMES = ["title", "brand", "color", "price", "popularity", "in_stock", "sku", "other"]
FIELDS = st.dictionaries(st.sampled_from(NAMES), VALUE)
QUERIES = st.sampled_from(["red acme phone under 50", "phone 16gb", "", "???", "blue"])


def parts(fields: Mapping[str, Any], query: str, profile: Profile = PROFILE) -> list[Part]:
    constraints = extract(query, profile.extractors, [fields])
    (found,) = signal_parts(profile, Search(query, [fields], constraints), NOW)
    return found


def total(fields: Mapping[str, Any], query: str, profile: Profile = PROFILE) -> float:
    return sum(part.value for part in parts(fields, query, profile))


def with_weight(field: str, weight: float) -> Profile:
    fields = PROFILE.fields | {field: PROFILE.fields[field].model_copy(update={"weight": weight})}
    return PROFILE.model_copy(update={"fields": fields})


def test_the_parts_of_a_document() -> None:
    fields = {
        "title": "Sponsored: phone",
        "brand": "Acme",
        "color": "red",
        "in_stock": "False",
        "price": 60,
    }
    found = {
        (part.kind, part.name): part.value for part in parts(fields, "red acme phone under 50")
    }
    assert set(found) == {
        *(("field", "title"), ("field", "brand"), ("field", "color")),
        *(("signal", "brand"), ("signal", "color"), ("signal", "price")),
        *(("rule", "sold_out"), ("rule", "advert")),
    }  # fmt: skip
    assert found["signal", "brand"] == 0.5  # 0.6, held to its cap
    assert found["signal", "color"] == 1
    assert found["signal", "price"] == 2  # violated, and the weight is negative
    assert found["rule", "advert"] == -2
    assert found["rule", "sold_out"] == -1.5


def test_the_field_parts_share_the_cap_in_proportion() -> None:
    fields = {"title": "red acme", "brand": "acme red", "color": "red acme"}
    found = {p.name: p.value for p in parts(fields, "red acme") if p.kind == "field"}
    assert sum(found.values()) == pytest.approx(PROFILE.match_cap)
    assert found["title"] / found["brand"] == pytest.approx(4)


def test_a_constraint_boosts_its_fields_weight() -> None:
    assert field_weights(PROFILE, {})["color"] == 0.5
    assert field_weights(PROFILE, {"color": Constraint("color")})["color"] == 1.5
    assert field_weights(PROFILE, {"price": Constraint("price")})["color"] == 0.5


def test_a_boost_does_not_reach_a_field_that_violates_the_constraint() -> None:
    """§ 434 BGB has most words of § 433 BGB."""
    red, green = (
        next(part.value for part in parts({"color": color}, "red leaf") if part.kind == "field")
        for color in ("red leaf", "green leaf")
    )
    assert red == pytest.approx(1.5)
    assert 0 < green < 0.5


def test_fields_that_the_profile_does_not_name_have_no_part() -> None:
    assert parts({"other": "phone", "sku": "phone"}, "phone") == []
    assert parts({"title": "phone"}, "phone", Profile(name="plain")) == []


@pytest.mark.parametrize(
    "value", [False, "false", "FALSE", " False ", 0, 0.0, "0", "Sold Out", ["sold out"]]
)
def test_a_rules_values_are_compared_as_text(value: object) -> None:
    assert parts({"in_stock": value}, "x") == [Part("sold_out", "rule", -1.5)]


@pytest.mark.parametrize("value", [True, "true", 1, None, "", [], "not sold out"])
def test_a_rule_that_does_not_fire_leaves_no_part(value: object) -> None:
    assert parts({"in_stock": value}, "x") == []


@given(st.lists(FIELDS, max_size=5), QUERIES)
def test_no_document_is_removed_and_every_part_is_finite_and_bounded(
    documents: list[dict[str, Any]], query: str
) -> None:
    constraints = extract(query, PROFILE.extractors, documents)
    found = signal_parts(PROFILE, Search(query, documents, constraints), NOW)
    assert len(found) == len(documents)
    for of_document in found:
        assert all(math.isfinite(part.value) and part.value for part in of_document)
        assert all(part.value < 0 for part in of_document if part.kind == "rule")
        matched = sum(part.value for part in of_document if part.kind == "field")
        assert 0 <= matched <= PROFILE.match_cap * (1 + 1e-9)
        for part in of_document:
            if part.kind == "signal":
                assert abs(part.value) <= PROFILE.signals[part.name].cap


@given(FIELDS, QUERIES, st.randoms())
def test_the_order_of_fields_does_not_matter(
    fields: dict[str, Any], query: str, rng: random.Random
) -> None:
    items = list(fields.items())
    rng.shuffle(items)
    assert parts(dict(items), query) == parts(fields, query)


@given(FIELDS, QUERIES, st.sampled_from(NAMES), st.sampled_from([None, "", [], {}]))
def test_missing_null_and_empty_are_the_same(
    fields: dict[str, Any], query: str, name: str, nothing: object
) -> None:
    without = {key: value for key, value in fields.items() if key != name}
    assert parts({**without, name: nothing}, query) == parts(without, query)


@given(FIELDS, QUERIES, st.floats(0, 100), st.floats(0, 100), st.sampled_from(["brand", "popular"]))
def test_more_weight_on_a_signal_never_lowers_a_document_that_has_it(
    fields: dict[str, Any], query: str, one: float, other: float, name: str
) -> None:
    low, high = sorted((one, other))
    totals = []
    for weight in (low, high):
        signal = PROFILE.signals[name].model_copy(update={"weight": weight})
        profile = PROFILE.model_copy(update={"signals": PROFILE.signals | {name: signal}})
        totals.append(total(fields, query, profile))
    assert totals[0] <= totals[1] + 1e-9


@given(st.floats(0, 1e9), st.floats(0, 1e9), FIELDS, QUERIES)
def test_a_stronger_signal_never_lowers_a_document(
    one: float, other: float, fields: dict[str, Any], query: str
) -> None:
    low, high = sorted((one, other))
    weaker, stronger = ({**fields, "popularity": value} for value in (low, high))
    assert total(weaker, query) <= total(stronger, query) + 1e-9


@given(FIELDS, FIELDS, QUERIES, st.floats(0, 100), st.floats(0, 100))
def test_more_weight_on_a_field_never_lowers_a_match_against_one_without(
    one: dict[str, Any], other: dict[str, Any], query: str, light: float, heavy: float
) -> None:
    """Decision 12: `one` matches in the title, `other` does not."""
    low, high = (with_weight("title", weight) for weight in sorted((light, heavy)))
    matching = {**one, "title": "red acme phone 16gb blue"}
    without = {**other, "title": "nothing of it"}
    before = total(matching, query, low) - total(without, query, low)
    after = total(matching, query, high) - total(without, query, high)
    assert after >= before - 1e-9


@given(st.lists(FIELDS, min_size=1, max_size=4), QUERIES)
def test_a_documents_parts_do_not_depend_on_its_company(
    documents: list[dict[str, Any]], query: str
) -> None:
    """The constraint `brand` apart, which says so."""
    constraints = extract(query, ["color", "price"], documents)
    together = signal_parts(PROFILE, Search(query, documents, constraints), NOW)
    alone = [signal_parts(PROFILE, Search(query, [d], constraints), NOW)[0] for d in documents]
    assert together == alone


def test_a_rule_wants_one_item_of_a_list_or_all_where_the_field_says_so() -> None:
    rule = {"field": "in_stock", "values": [False], "demote": 1}
    every = Profile.model_validate(
        {"name": "p", "fields": {"in_stock": {"pick": "all"}}, "rules": {"sold_out": rule}}
    )
    one = every.model_copy(update={"fields": {"in_stock": FieldProfile()}})
    for value, any_fires, all_fires in (
        ([True, False], 1, 0),
        ([False, False], 1, 1),
        ([], 0, 0),
        (False, 1, 1),
    ):
        search = Search("x", [{"in_stock": value}])
        fired = [len(signal_parts(profile, search)[0]) for profile in (one, every)]
        assert fired == [any_fires, all_fires]


def test_a_word_that_is_no_colour_where_it_stands_matches_no_colour_field() -> None:
    red, glass = {"color": "red", "title": "glass"}, {"title": "red wine glass"}
    assert [part.name for part in parts(red, "red wine glass")] == ["title"]
    assert [part.name for part in parts(red, "red glass")] == ["title", "color", "color"]
    assert total(glass, "red wine glass") == PROFILE.match_cap
