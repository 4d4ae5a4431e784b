"""What every kind of signal promises, whatever the fields hold."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.search import Search
from sidecar.signals import SIGNALS, SearchReader
from tests.signals.strengths import CONSTRAINTS, CONTEXT, QUERY, reading_f, strengths

MISSING: list[Any] = [None, "", [], {}]
EVERY_SIGNAL: list[dict[str, Any]] = [
    {"kind": "match"},
    {"kind": "units"},
    {"kind": "constraint", "constraint": "color"},
    {"kind": "constraint", "constraint": "price"},
    {"kind": "constraint", "constraint": "year"},
    {"kind": "constraint", "constraint": "brand"},
    {"kind": "constraint", "constraint": "season"},
    {"kind": "decay", "origin": 5, "scale": 1},
    {"kind": "decay", "origin": "now", "scale": "30d", "function": "exp"},
    {"kind": "decay", "origin": "context.date", "scale": "1w", "function": "linear"},
    {"kind": "saturation", "pivot": 10},
    {"kind": "log", "ceiling": 1000},
    {"kind": "path"},
    {"kind": "table", "table": {"red": 0.5}},
    {"kind": "citation"},
    {"kind": "cosine", "vector": "v"},
    {"kind": "first_stage"},
]
ANY_VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    | st.sampled_from(["red", "16gb", "2024-01-01", "§ 433 BGB", "$5", "a > b"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)  # fmt: skip


def test_every_kind_is_among_the_examples() -> None:
    assert {signal["kind"] for signal in EVERY_SIGNAL} == set(SIGNALS)


@pytest.mark.parametrize("signal", EVERY_SIGNAL, ids=str)
@given(st.lists(ANY_VALUE, max_size=4))
def test_whatever_a_field_holds_the_strength_is_finite_and_bounded(
    signal: dict[str, Any], values: list[Any]
) -> None:
    actual = strengths(signal, values, QUERY, constraints=CONSTRAINTS, context=CONTEXT)
    assert len(actual) == len(values)
    assert all(math.isfinite(strength) and -1 <= strength <= 1 for strength in actual)


@pytest.mark.parametrize("signal", EVERY_SIGNAL, ids=str)
def test_missing_null_and_empty_are_the_same(signal: dict[str, Any]) -> None:
    actual = strengths(signal, MISSING, QUERY, constraints=CONSTRAINTS, context=CONTEXT)
    assert actual == [0.0] * len(MISSING)
    absent = SearchReader(Search(QUERY, [{}], CONSTRAINTS, CONTEXT))
    assert reading_f(signal).strengths(absent) == [0.0]


@pytest.mark.parametrize("signal", EVERY_SIGNAL, ids=str)
@given(st.lists(ANY_VALUE, min_size=2, max_size=4))
def test_a_documents_strength_does_not_depend_on_its_company(
    signal: dict[str, Any], values: list[Any]
) -> None:
    together = strengths(signal, values, QUERY, constraints=CONSTRAINTS, context=CONTEXT)
    alone = [
        strengths(signal, [value], QUERY, constraints=CONSTRAINTS, context=CONTEXT)[0]
        for value in values
    ]
    assert together == alone
