"""The gate lets no noise pass, and does not miss a real lift."""

import numpy as np
import pytest

from sidecar.workshop.learning.gate import MIN_QUERIES, Bounds, Change, objections
from tests.workshop.learning.noise import passed

BOUNDS = Bounds()


def change(differences: np.ndarray, name: str = "held-out queries") -> Change:
    before = np.full(len(differences), 0.5)
    return Change.between(name, before, before + differences)


@pytest.mark.parametrize("queries", [MIN_QUERIES, 12, 40])
def test_noise_passes_in_one_run_of_forty_at_most(queries: int) -> None:
    runs = 200
    assert passed(queries, 0.0, runs) <= 0.025 + 2 * (0.025 * 0.975 / runs) ** 0.5


def test_a_lift_of_two_hundredths_on_a_hundred_queries_is_seen() -> None:
    assert passed(100, 0.02, 40) > 0.85


def test_five_queries_that_all_gain_are_too_few() -> None:
    assert objections(change(np.array([0.1, 0.2, 0.1, 0.3, 0.2])), (), 1.0, BOUNDS)
    assert not objections(change(np.array([0.1, 0.2, 0.1, 0.3, 0.2, 0.1])), (), 1.0, BOUNDS)


def test_what_is_forgotten_is_named() -> None:
    lift = change(np.linspace(0.01, 0.1, 20))
    kept = change(np.full(20, -0.009), "web"), change(np.full(20, -0.011), "law")
    (found,) = objections(lift, kept, 0.95, BOUNDS)
    assert found == "law: nDCG@10 falls by 0.0110, more than 0.01"
    assert "rank correlation" in objections(lift, (), 0.89, BOUNDS)[0]
    assert not objections(lift, kept, 0.89, Bounds(loss=0.02, order=0.8))
