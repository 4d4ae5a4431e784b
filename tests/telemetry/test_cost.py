"""Costs from a price per hour."""

import math

import pytest

from sidecar.telemetry.cost import Cost


def test_both_bases_against_the_sum_by_hand() -> None:
    now = [100.0]
    cost = Cost(3.6, workers=4, clock=lambda: now[0])  # 0.001 per second
    assert math.isnan(cost.per_1000_queries("wall"))
    assert math.isnan(cost.per_million_pairs("busy"))
    for _ in range(10):
        cost.count_answer(50)
        cost.count_run(8.0)
    now[0] += 200.0
    assert cost.work().busy_s == 20.0
    assert cost.per_1000_queries("wall") == pytest.approx(0.001 * 200 / 10 * 1000)
    assert cost.per_1000_queries("busy") == pytest.approx(0.001 * 20 / 10 * 1000)
    assert cost.per_million_pairs("wall") == pytest.approx(0.001 * 200 / 500 * 1e6)
    assert cost.per_million_pairs("busy") == pytest.approx(0.001 * 20 / 500 * 1e6)
