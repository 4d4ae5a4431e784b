"""saturation, log and first_stage: numbers that count the more the higher they are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.signals.strengths import strengths


def test_saturation_log_and_first_stage() -> None:
    values = [0, 10, 30, 1e308, -5, "10"]
    assert strengths({"kind": "saturation", "pivot": 10}, values) == [0, 0.5, 0.75, 1, 0, 0.5]
    assert strengths({"kind": "first_stage"}, values) == [0, 0.5, 0.75, 1, 0, 0.5]
    actual = strengths({"kind": "log", "ceiling": 99}, [0, 9, 99, 1e6, -1])
    assert actual == pytest.approx([0, 0.5, 1, 1, 0])


@given(st.floats(0, 1e12), st.floats(0, 1e12))
def test_numbers_count_monotonically(one: float, other: float) -> None:
    low, high = sorted((one, other))
    for signal in ({"kind": "saturation", "pivot": 7}, {"kind": "log", "ceiling": 1e6}):
        lower, higher = strengths(signal, [low, high])
        assert lower <= higher
