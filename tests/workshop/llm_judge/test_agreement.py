"""Kappa, by hand-made tables."""

import numpy as np
import pytest

from sidecar.workshop.llm_judge.agreement import measure_agreement


def test_kappa_of_cohens_own_kind_of_table() -> None:
    """20 of 35 and 15 of 15 agree by rows: observed 0.7, expected 0.5."""
    given = [1] * 25 + [0] * 25
    other = [1] * 20 + [0] * 5 + [1] * 10 + [0] * 15
    found = measure_agreement(given, other, 1)
    assert found.table.tolist() == [[15, 10], [5, 20]]
    assert found.same == pytest.approx(0.7)
    assert found.kappa == pytest.approx(0.4)
    assert found.weighted == pytest.approx(0.4)  # with two grades both are the same
    assert found.low < 0.4 < found.high
    assert found.high - found.low == pytest.approx(0.5, abs=0.08)


def test_weights_count_grades_that_are_far_apart() -> None:
    given = [0, 1, 2, 3] * 20
    near = [1, 2, 3, 3] * 20
    far = [3, 1, 2, 0] * 20
    assert measure_agreement(given, near, 3).weighted == pytest.approx(0.7)
    assert measure_agreement(given, near, 3).kappa == pytest.approx(0.0, abs=0.01)
    assert measure_agreement(given, far, 3).weighted < 0


def test_full_agreement_is_1_and_chance_is_0() -> None:
    rng = np.random.default_rng(1)
    given = rng.integers(4, size=2000).tolist()
    full = measure_agreement(given, given, 3)
    assert (full.kappa, full.weighted, full.low, full.high) == (1.0, 1.0, 1.0, 1.0)
    chance = measure_agreement(given, rng.integers(4, size=2000).tolist(), 3)
    assert chance.low < 0 < chance.high


def test_a_judge_with_one_grade_alone_agrees_no_more_than_by_chance() -> None:
    assert measure_agreement([2, 2, 2], [2, 2, 2], 3).weighted == 0.0
    assert measure_agreement([0, 1, 2], [2, 2, 2], 3).kappa == pytest.approx(0.0)
