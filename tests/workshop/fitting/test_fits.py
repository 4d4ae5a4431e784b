"""What fits find on shops whose users are known.

The long form, with hundreds of shops, is `python -m tests.workshop.fitting`.
"""

import numpy as np
import pytest

from sidecar.workshop.fitting.ascent import CoordinateAscent
from sidecar.workshop.fitting.cross_validation import (
    GIVEN,
    Method,
    cross_validate,
    fit_count,
)
from sidecar.workshop.fitting.pairwise import MAX_PAIRS, PairwiseLogistic, preferences
from sidecar.workshop.scored_hits.folds import draw_folds
from tests.workshop.fitting.__main__ import NOISE, SIGNAL, run
from tests.workshop.fitting.simulated import DEPTH, simulated, space_of

STRONG = (2.0, 0.0, 0.0)
METHODS = (PairwiseLogistic(), CoordinateAscent(DEPTH))


@pytest.mark.parametrize("method", METHODS, ids=lambda method: type(method).__name__)
def test_many_queries_give_back_what_users_want(method: Method) -> None:
    true = (1.2, 0.0, 0.4)
    parts = simulated(3, 400, true)
    space = space_of(parts)
    found = space.weights(method.path(parts, space)[-1]).signals
    if isinstance(method, PairwiseLogistic):
        assert found == pytest.approx(true, abs=0.15)
    else:  # nDCG is flat around its best
        assert found[0] == max(found) >= 0.5


@pytest.mark.parametrize("method", METHODS, ids=lambda method: type(method).__name__)
def test_noise_is_not_written_and_a_signal_is(method: Method) -> None:
    """Few runs here; in the long form noise is written in 0 to 1 % of the runs."""
    noise = [run(seed, 30, NOISE, method, 10)[0] for seed in range(3)]
    assert noise == [False] * 3
    assert run(1, 60, STRONG, method, 1000) == (True, True, True)


def test_the_careful_settings_stay_near_the_given_weights() -> None:
    parts = simulated(5, 40, (1.0, 0.0, 0.0))
    space = space_of(parts)
    path = PairwiseLogistic().path(parts, space)
    reached = [float(np.abs(vector - space.start).max()) for vector in path]
    assert reached == sorted(reached)
    assert reached[0] < 0.3 < reached[-1]


def test_a_fit_sees_no_query_that_measures_it() -> None:
    """Of the first draw: the outer fit without a fold, and the inner one with each other fold."""
    parts = simulated(7, 20, SIGNAL)
    fold = draw_folds(20, 0)[0]
    seen: list[tuple[float, ...]] = []

    class Spy:
        labels = ("spied",)

        def path(self, training, space):  # type: ignore[no-untyped-def]
            seen.append(tuple(training.fixed))
            return [space.start]

    cross_validate(parts, space_of(parts), Spy(), DEPTH)
    held_out = set(parts.of_queries(fold).fixed)
    assert len(seen) == fit_count(20) - 1, "the fit on all queries stays with the given weights"
    first_draw = seen[: len(seen) // 2]
    assert sum(not held_out & set(each) for each in first_draw) == 5


def test_equal_settings_leave_the_given_weights() -> None:
    parts = simulated(9, 12, NOISE)
    space = space_of(parts)

    class Idle:
        labels = ("nothing",)

        def path(self, training, space):  # type: ignore[no-untyped-def]
            return [space.start]

    found = cross_validate(parts, space, Idle(), DEPTH)
    assert (found.setting, set(found.chosen)) == (GIVEN, {GIVEN})
    assert not found.lift.any()


def test_each_query_counts_the_same_and_certain_judgements_more() -> None:
    parts = simulated(11, 30, NOISE)
    better, worse, weights = preferences(parts)
    assert (parts.grades[better] > parts.grades[worse]).all()
    queries = np.repeat(np.arange(30), parts.sizes)
    assert np.array_equal(queries[better], queries[worse])
    totals = np.bincount(queries[better], weights)
    assert totals[totals > 0] == pytest.approx(1.0)
    certain = np.ones(parts.pairs)
    certain[better[0]] = 100.0
    from dataclasses import replace

    _, _, shifted = preferences(replace(parts, certainty=certain))
    assert shifted[0] > weights[0]


def test_large_pools_are_sampled() -> None:
    parts = simulated(1, 20, NOISE)
    wide = type(parts)(
        np.array([0, parts.pairs]),
        parts.fixed,
        parts.fixed_match,
        parts.matches,
        parts.strengths,
        parts.grades,
        np.ones(1),
    )
    assert len(preferences(wide)[0]) <= MAX_PAIRS
