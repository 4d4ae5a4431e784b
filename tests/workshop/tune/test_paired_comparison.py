"""The estimate of a gain, its bounds, and when it counts."""

import pytest

from sidecar.workshop.tune.paired_comparison import compare, critical_rank_sum


@pytest.mark.parametrize(
    ("rounds", "critical"), [(4, -1), (5, 0), (6, 2), (7, 3), (8, 5), (9, 8), (10, 10), (20, 60)]
)
def test_critical_values_are_those_of_the_published_table(rounds: int, critical: int) -> None:
    assert critical_rank_sum(rounds, 0.05) == critical


def test_a_clear_gain_and_a_tie() -> None:
    base = [100.0, 50.0, 110.0, 20.0, 90.0, 100.0]
    gain = compare([1.1 * rate for rate in base], base)
    assert gain.ratio == pytest.approx(1.1)
    assert gain.worthwhile
    noisy = [1.2, 0.85, 1.1, 0.9, 1.15, 0.95]
    tie = compare([rate * factor for rate, factor in zip(base, noisy, strict=True)], base)
    assert tie.low < 1 < tie.high
    assert not tie.worthwhile


def test_one_disturbed_round_changes_little() -> None:
    base = [100.0] * 10
    ours = [110.0] * 9 + [10.0]
    assert compare(ours, base).ratio == pytest.approx(1.1)
    assert compare(ours, base).worthwhile


def test_a_gain_too_small_to_matter_and_too_few_rounds() -> None:
    assert not compare([101.0] * 10, [100.0] * 10).worthwhile
    few = compare([200.0] * 3, [100.0] * 3)
    assert (few.low, few.high) == (0.0, float("inf"))
    assert not few.worthwhile
