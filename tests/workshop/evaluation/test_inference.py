"""What intervals, tests and corrections promise, on simulated queries and by hand."""

import numpy as np
import pytest

pytest.importorskip("scipy", reason="evaluating needs the extra `learn`")

from sidecar.workshop.evaluation.inference import detectable, holm, interval, randomisation_p
from sidecar.workshop.evaluation.orders import Floats
from tests.workshop.evaluation.simulation import coverage, false_findings, power

RESAMPLES = 999


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    assert 0.91 < coverage(400, queries=40, resamples=RESAMPLES) < 0.975


def lifts(seed: int, queries: int) -> Floats:
    """As a fit's: many queries do not change, the others in either direction. The mean is .01."""
    chance = np.random.default_rng(seed)
    changed = chance.random(queries) < 0.6
    return np.where(changed, chance.normal(0.01 / 0.6, 0.1, queries), 0.0)


@pytest.mark.parametrize(("queries", "runs"), [(20, 200), (100, 100)])
def test_intervals_of_lifts_hold_the_true_mean_in_95_of_100_runs(queries: int, runs: int) -> None:
    held = 0
    for seed in range(runs):
        low, high = interval(lifts(seed, queries), seed=17, resamples=4000)
        held += low <= 0.01 <= high
    assert 0.92 <= held / runs <= 0.98


def test_holm_keeps_false_findings_rare_and_without_it_they_are_not() -> None:
    assert false_findings(400, queries=40, resamples=RESAMPLES) < 0.075
    assert false_findings(400, queries=40, resamples=RESAMPLES, corrected=False) > 0.1


def test_the_detectable_difference_is_found_four_times_in_five() -> None:
    assert 0.74 < power(400, queries=40, resamples=RESAMPLES) < 0.88


def test_holm_is_the_procedure_of_the_book() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.5, 0.9]) == [1.0, 1.0]
    assert holm([]) == []


def test_few_signs_are_tried_all() -> None:
    assert randomisation_p(np.full(5, 0.1)) == 2 / 2**5
    assert randomisation_p(np.array([0.1, -0.1, 0.0])) == 1.0
    assert randomisation_p(np.zeros(4)) == 1.0
    exact = randomisation_p(np.array([0.3, 0.2, -0.1]))  # |+-3 +-2 +-1| >= 4: 4 of 8
    assert exact == 0.5


def test_many_signs_are_drawn_the_same_each_time() -> None:
    values = np.random.default_rng(0).normal(0.02, 0.1, 60)
    p = randomisation_p(values)
    assert p == randomisation_p(values)
    assert randomisation_p(values, seed=9) == pytest.approx(p, abs=0.03)
    assert randomisation_p(values + 1) == pytest.approx(1e-4)


def test_an_interval_repeats_itself_and_takes_differences_of_one_value() -> None:
    values = np.random.default_rng(0).normal(0.0, 0.1, 50)
    low, high = interval(values)
    assert (low, high) == interval(values)
    assert low < values.mean() < high
    assert interval(np.full(7, 0.25)) == (0.25, 0.25)
    assert interval(np.array([0.0, 1.0])) == (0.0, 1.0)
    assert detectable(values) == pytest.approx(2.802 * values.std(ddof=1) / 50**0.5, rel=1e-3)
