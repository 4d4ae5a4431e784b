"""Nearness to an origin, as in Elasticsearch."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.signals.strengths import NOW, strengths

DAY = 86_400.0


@pytest.mark.parametrize(
    ("function", "half", "twice"),
    [
        ("gauss", 0.5 ** 0.25, 0.5**4),  # exp(-d^2 / 2 sigma^2): decay^((d / scale)^2)
        ("exp", 0.5**0.5, 0.25),
        ("linear", 0.75, 0.0),
    ],
)  # fmt: skip
def test_decay_is_elasticsearchs(function: str, half: float, twice: float) -> None:
    signal = {"kind": "decay", "function": function, "origin": 100, "scale": 10, "offset": 5}
    actual = strengths(signal, [100, 104, 95, 110, 90, 115, 85, 125, "115", "x"])
    assert actual == pytest.approx([1, 1, 1, half, half, 0.5, 0.5, twice, 0.5, 0])


def test_decay_of_dates() -> None:
    signal = {"kind": "decay", "origin": "now", "scale": "30d", "function": "exp"}
    millis = int((NOW - 30 * DAY) * 1000)
    actual = strengths(signal, ["2024-01-01", "2023-12-02", millis, "2023-12-02T00:00:00Z", "soon"])
    assert actual == pytest.approx([1, 0.5, 0.5, 0.5, 0])
    fixed = {**signal, "origin": "2023-12-02", "scale": "720h", "offset": "1d"}
    assert strengths(fixed, ["2023-12-03", "2024-01-02"]) == pytest.approx([1, 0.5])


def test_decay_from_the_context() -> None:
    signal = {"kind": "decay", "origin": "context.user.price", "scale": 10}
    assert strengths(signal, [60, 50], context={"user": {"price": 50}}) == pytest.approx([0.5, 1])
    assert strengths(signal, [60, 50], context={"user": {"price": "high"}}) == [0, 0]
    assert strengths(signal, [60, 50]) == [0, 0]


def test_decay_of_prices_in_objects_and_of_the_lowest_of_a_range() -> None:
    signal = {"kind": "decay", "origin": 50, "scale": 10}
    values = [{"amount": "60", "currency": "EUR"}, {"min": 60, "max": 90}, "from $60", {"x": 60}]
    assert strengths(signal, values) == pytest.approx([0.5, 0.5, 0.5, 0])


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9), st.sampled_from(["gauss", "exp", "linear"]))
def test_nearer_never_counts_less(one: float, other: float, function: str) -> None:
    near, far = sorted((one, other), key=lambda x: abs(x - 10))
    signal = {"kind": "decay", "origin": 10, "scale": 50, "offset": 3, "function": function}
    nearer, farther = strengths(signal, [near, far])
    assert nearer >= farther
