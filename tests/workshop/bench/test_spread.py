"""Spreads over rounds and percentiles over requests."""

import pytest

from sidecar.workshop.bench.spread import Spread, percentiles


def test_percentiles_lie_between_the_nearest_values() -> None:
    assert percentiles(list(range(101))) == {"p50": 50, "p95": 95, "p99": 99}
    assert percentiles([10.0, 20.0])["p50"] == 15.0
    assert percentiles([7.0]) == {"p50": 7.0, "p95": 7.0, "p99": 7.0}


def test_a_spread_is_median_lowest_and_highest() -> None:
    assert Spread.of([3.0, 1.0, 2.0, 10.0]) == Spread(2.5, 1.0, 10.0)


def test_ratios_are_taken_round_by_round() -> None:
    # The machine was half as fast in the second round: the ratios do not see it.
    assert Spread.of_ratios([90.0, 45.0, 99.0], [100.0, 50.0, 100.0]) == Spread(0.9, 0.9, 0.99)
    with pytest.raises(ValueError, match="shorter"):
        Spread.of_ratios([1.0, 2.0], [1.0])
