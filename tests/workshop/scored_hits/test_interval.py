"""The interval of a mean: how often it holds the true one."""

import numpy as np
import pytest

from sidecar.workshop.scored_hits.interval import bootstrap_interval
from sidecar.workshop.scored_hits.judged_parts import Floats


def lifts(seed: int, queries: int) -> Floats:
    """As they come: most queries do not change, the others in either direction. The mean is .01."""
    chance = np.random.default_rng(seed)
    changed = chance.random(queries) < 0.6
    return np.where(changed, chance.normal(0.01 / 0.6, 0.1, queries), 0.0)


@pytest.mark.parametrize(("queries", "runs"), [(20, 200), (100, 100)])
def test_it_holds_the_true_mean_in_95_of_100_runs(queries: int, runs: int) -> None:
    held = 0
    for seed in range(runs):
        low, high = bootstrap_interval(lifts(seed, queries))
        held += low <= 0.01 <= high
    assert 0.92 <= held / runs <= 0.98


def test_it_is_the_same_each_time_and_wider_at_a_higher_level() -> None:
    values = lifts(1, 50)
    assert bootstrap_interval(values) == bootstrap_interval(values)
    low, high = bootstrap_interval(values, 0.99)
    assert low < bootstrap_interval(values)[0] < bootstrap_interval(values)[1] < high


def test_one_query_has_no_interval_and_equal_ones_have_no_width() -> None:
    with pytest.raises(ValueError, match="two queries"):
        bootstrap_interval(np.array([0.1]))
    assert bootstrap_interval(np.full(9, 0.25)) == (0.25, 0.25)
