"""Explanations add up; Shapley values keep the axioms that define them."""

import json
import math
from dataclasses import dataclass
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.explain import (
    MAX_SHAPLEY_FIELDS,
    Coalition,
    coalition_count,
    coalitions,
    explanation,
    shapley,
)
from sidecar.fusion.fuse import shares
from sidecar.request import Ranked
from sidecar.search import Constraint


@dataclass(frozen=True)
class Part:
    name: str
    kind: str
    value: float


@dataclass(frozen=True)
class Evidence:
    field: str
    start: int
    end: int


def test_an_entry_has_the_shape_that_the_docs_show() -> None:
    parts = [
        Part("passage", "model", 3.6),
        Part("brand", "signal", 1.5),
        Part("sold_out", "rule", -1.0),
    ]
    entry = explanation(
        Ranked(3, 4.1, 0.98), parts, truncated=True, evidence=Evidence("description", 1280, 2411)
    )
    assert entry == {
        "index": 3,
        "logit": 4.1,
        "score": 0.98,
        "parts": [
            {"name": "passage", "kind": "model", "value": 3.6},
            {"name": "brand", "kind": "signal", "value": 1.5},
            {"name": "sold_out", "kind": "rule", "value": -1.0},
        ],
        "rules": ["sold_out"],
        "truncated": True,
        "evidence": {"field": "description", "start": 1280, "end": 2411},
    }


def test_an_entry_says_what_the_query_was_read_to_demand() -> None:
    demands = [
        Constraint("color", frozenset({"blue", "black"}), excluded=frozenset({"navy"})),
        Constraint("price", high=50),
    ]
    entry = explanation(Ranked(0, 0.0, 0.5), (), constraints=demands)
    assert entry["constraints"] == [
        {"name": "color", "values": ["black", "blue"], "excluded": ["navy"]},
        {"name": "price", "high": 50},
    ]


def test_a_plain_entry_has_no_evidence_and_no_rules() -> None:
    entry = explanation(Ranked(0, -0.0, 0.5), [Part("passage", "model", -0.0)])
    assert (entry["rules"], entry["truncated"], entry["evidence"]) == ([], False, None)
    assert "shapley" not in entry
    assert json.dumps(entry["logit"]) == "0.0"


def test_the_entry_has_shapley_values_on_request() -> None:
    entry = explanation(
        Ranked(0, 1.0, 0.7), [Part("passage", "model", 1.0)], shapley={"title": 0.25}
    )
    assert entry["shapley"] == {"title": 0.25}


values = st.lists(st.floats(-30, 30), min_size=1, max_size=200)


@given(values)
def test_the_shown_parts_add_up_to_the_shown_logit(given_values: list[float]) -> None:
    parts = [Part(str(place), "signal", value) for place, value in enumerate(given_values)]
    entry = explanation(Ranked(0, sum(given_values), 0.5), parts)
    read = json.loads(json.dumps(entry))
    assert math.fsum(part["value"] for part in read["parts"]) == pytest.approx(
        read["logit"], abs=1e-6
    )


@pytest.mark.parametrize("value", [1.01, float("nan")])
def test_parts_that_explain_another_score_are_a_bug(value: float) -> None:
    with pytest.raises(ValueError, match="do not explain document 7"):
        explanation(Ranked(7, 1.0, 0.7), [Part("passage", "model", value)])


@given(st.dictionaries(st.text(), st.tuples(st.floats(0.01, 100), st.floats(-30, 30)), min_size=1))
def test_shares_add_up_to_the_weighted_mean(weighted: dict[str, tuple[float, float]]) -> None:
    mean = sum(w * logit for w, logit in weighted.values()) / sum(w for w, _ in weighted.values())
    assert math.fsum(shares(weighted).values()) == pytest.approx(mean, abs=1e-9)


def test_shares_do_not_count_what_the_document_lacks() -> None:
    both = shares({"passage": (1.0, 4.0), "title": (3.0, 8.0)})
    assert both == {"passage": 1.0, "title": 6.0}
    assert shares({"passage": (1.0, 4.0)}) == {"passage": 4.0}


names = st.lists(st.sampled_from("abcdef"), unique=True, max_size=5)


@st.composite
def games(draw: st.DrawFn) -> tuple[list[str], dict[Coalition, float]]:
    fields = draw(names)
    return fields, {every: draw(st.floats(-20, 20)) for every in coalitions(fields)}


def test_coalitions_are_all_sets_from_none_to_all() -> None:
    assert coalitions([]) == [frozenset()]
    assert coalitions(["a", "b"]) == [frozenset(), {"a"}, {"b"}, {"a", "b"}]
    for count in range(MAX_SHAPLEY_FIELDS + 1):
        found = coalitions([str(number) for number in range(count)])
        assert len(set(found)) == len(found) == coalition_count(count)


def test_a_ninth_field_is_refused() -> None:
    with pytest.raises(ValueError, match="at most 8 fields"):
        coalitions([str(number) for number in range(9)])
    with pytest.raises(ValueError, match="at most 8 fields"):
        coalition_count(9)


@given(games())
def test_efficiency_the_values_add_up_to_what_all_fields_change(
    game: tuple[list[str], dict[Coalition, float]],
) -> None:
    fields, scored = game
    change = scored[frozenset(fields)] - scored[frozenset()]
    assert math.fsum(shapley(fields, scored).values()) == pytest.approx(change, abs=1e-9)


@given(games())
def test_the_values_are_the_mean_over_all_orders(
    game: tuple[list[str], dict[Coalition, float]],
) -> None:
    fields, scored = game
    found = shapley(fields, scored)
    orders = list(permutations(fields))
    for field in fields:
        gains = []
        for order in orders:
            before = frozenset(order[: order.index(field)])
            gains.append(scored[before | {field}] - scored[before])
        assert found[field] == pytest.approx(sum(gains) / len(orders), abs=1e-9)


@given(games())
def test_symmetry_fields_that_add_the_same_are_worth_the_same(
    game: tuple[list[str], dict[Coalition, float]],
) -> None:
    fields, scored = game
    if len(fields) < 2:
        return
    one, two = fields[:2]
    alike = {
        every: scored[frozenset(one if each == two else each for each in every)]
        if (one in every) != (two in every)
        else scored[every]
        for every in scored
    }
    found = shapley(fields, alike)
    assert found[one] == pytest.approx(found[two], abs=1e-9)


@given(games())
def test_dummy_a_field_that_adds_nothing_is_worth_nothing(
    game: tuple[list[str], dict[Coalition, float]],
) -> None:
    fields, scored = game
    with_dummy = {every: scored[every - {"dummy"}] for every in coalitions([*fields, "dummy"])}
    found = shapley([*fields, "dummy"], with_dummy)
    assert found.pop("dummy") == 0.0
    assert found == pytest.approx(shapley(fields, scored), abs=1e-9)


@given(
    st.dictionaries(st.sampled_from("abcdefgh"), st.floats(-20, 20), max_size=8), st.floats(-9, 9)
)
def test_an_additive_game_gives_each_field_its_own(alone: dict[str, float], none: float) -> None:
    scored = {every: none + sum(alone[field] for field in every) for every in coalitions([*alone])}
    assert shapley([*alone], scored) == pytest.approx(alone, abs=1e-9)


@given(games())
def test_the_order_of_the_fields_is_irrelevant(
    game: tuple[list[str], dict[Coalition, float]],
) -> None:
    fields, scored = game
    assert shapley(fields[::-1], scored) == pytest.approx(shapley(fields, scored), abs=1e-9)
