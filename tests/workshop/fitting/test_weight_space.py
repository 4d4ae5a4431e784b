"""What a fit may move, and the profile's invariants in every vector of the space."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidecar.profiles import Profiles, read_profile
from sidecar.workshop.fitting.changes import changes
from sidecar.workshop.fitting.parameters import Parameters
from sidecar.workshop.fitting.slopes import Slopes
from sidecar.workshop.fitting.weight_space import WeightSpace
from sidecar.workshop.scored_hits.judged_parts import FittingError, JudgedParts
from sidecar.workshop.scored_hits.profile_text import profile_text
from sidecar.workshop.scored_hits.weighted import Weights, logits

SHOP = Profiles.open().get("ecommerce")
PARAMETERS = Parameters.of(SHOP)


def random_parts(seed: int = 1, fields: int = 9, signals: int = 12) -> JudgedParts:
    chance = np.random.default_rng(seed)
    pairs = 60
    return JudgedParts(
        np.arange(0, pairs + 1, 10),
        chance.normal(size=pairs),
        np.zeros(pairs),
        chance.random((pairs, fields)),
        chance.uniform(-1, 1, (pairs, signals)),
        chance.integers(0, 4, pairs).astype(float),
        np.ones(6),
    )


SPACE = PARAMETERS.space(random_parts(1, len(PARAMETERS.fields), len(PARAMETERS.signals)))


def test_the_start_is_the_profile_itself_to_the_last_digit() -> None:
    weights = SPACE.weights(SPACE.start)
    assert changes(SHOP, PARAMETERS.fields, PARAMETERS.signals, weights) == {}


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 3))
def test_every_vector_is_a_profile_that_reads_the_same_passage(seed: int, reach: float) -> None:
    chance = np.random.default_rng(seed)
    moved = SPACE.start + chance.normal(0, reach, len(SPACE.start))
    weights = SPACE.weights(np.clip(moved, SPACE.low, SPACE.high))
    changed = changes(SHOP, PARAMETERS.fields, PARAMETERS.signals, weights)
    text = profile_text(SHOP, changed, None, [])
    found = read_profile(text, "fitted.yaml")
    assert list(found.fields) == list(SHOP.fields), "another order is another passage"
    for name in PARAMETERS.fields:
        assert found.fields[name].weight > 0
    assert found.match_cap > 0
    for name, signal in found.signals.items():
        assert signal.cap > 0
        assert signal.weight * SHOP.signals[name].weight >= 0, "no signal changes its sign"
    again = Weights.of(found)
    assert np.array_equal(again.fields, weights.fields)
    assert np.array_equal(again.signals, weights.signals)
    assert np.array_equal(again.caps, weights.caps)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**32 - 1))
def test_slopes_are_those_of_the_logits(seed: int) -> None:
    """By finite differences, away from where a cap begins to hold."""
    chance = np.random.default_rng(seed)
    parts = random_parts(seed, 3, 4)
    given = Weights(np.array([0.5, 0.3, 0.1]), 0.6, np.array([0.5, -0.4, 0, 1]), np.full(4, 0.3))
    space = WeightSpace.around(
        given,
        ties=[False, False],
        fields_vary=True,
        signals_vary=np.ones(4, dtype=np.bool_),
        graded=np.array([True, True, False, True]),
    )
    vector = np.clip(space.start + chance.normal(0, 0.1, len(space.start)), space.low, space.high)
    weight = chance.normal(size=parts.pairs)
    slopes = Slopes(parts, space)
    found, gradient = slopes.at(vector)
    step = 1e-7
    by_difference = []
    for place in range(len(vector)):
        ahead, behind = vector.copy(), vector.copy()
        ahead[place] += step
        behind[place] -= step
        rise = weight @ (slopes.at(ahead)[0] - slopes.at(behind)[0]) / (2 * step)
        by_difference.append(rise if space.free[place] else 0.0)
    exact = np.where(space.free, gradient(weight), 0.0)
    assert exact == pytest.approx(by_difference, abs=2e-3, rel=1e-3)
    rounded = logits(parts, space.weights(vector))
    assert found == pytest.approx(rounded, abs=0.02)


def test_a_cap_follows_a_weight_that_outgrows_it_and_stays_where_it_fits() -> None:
    given = Weights(np.zeros(0), 2.0, np.array([0.5, 0.5, 1.0]), np.array([0.5, 2.0, 0.5]))
    space = WeightSpace.around(
        given,
        ties=[],
        fields_vary=False,
        signals_vary=np.ones(3, dtype=np.bool_),
        graded=np.zeros(3, dtype=np.bool_),
    )
    vector = space.start.copy()
    vector[1:4] = [1.25, 1.25, 2.0]
    weights = space.weights(vector)
    assert weights.caps.tolist() == [1.25, 2.0, 1.0]


def test_what_never_differs_stays_and_nothing_at_all_is_refused() -> None:
    parts = random_parts(1, len(PARAMETERS.fields), len(PARAMETERS.signals))
    parts.strengths[:, 0] = 1.0
    parts.matches[:] = 0.5
    space = PARAMETERS.space(parts)
    fields = len(PARAMETERS.fields)
    assert not space.free[: fields + 2].any()
    assert space.free[fields + 2 :].any()
    parts.strengths[:] = 0.0
    with pytest.raises(FittingError, match="no field match and no signal differs"):
        PARAMETERS.space(parts)


def test_a_profile_without_weights_and_signals_is_refused() -> None:
    with pytest.raises(FittingError, match="plain has neither"):
        Parameters.of(Profiles.open().get("plain"))
