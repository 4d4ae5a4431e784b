import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.calibration import Calibration, sigmoid
from sidecar.contracts.numbers import number
from sidecar.errors import NonFiniteScore
from sidecar.fusion import rank
from sidecar.fusion.fuse import calibrated, fused, model_parts
from sidecar.fusion.parts import Part
from sidecar.fusion.rank import reaches
from sidecar.request import Order
from sidecar.text.long_documents import LongDocuments

logits = st.lists(st.floats(-50, 50, width=32), min_size=1, max_size=40)


@given(logits)
def test_every_index_once_and_sorted(values: list[float]) -> None:
    ranked = rank(values)
    assert sorted(item.index for item in ranked) == list(range(len(values)))
    assert [item.logit for item in ranked] == sorted(values, reverse=True)


@given(logits, st.integers(0, 50))
def test_top_n_is_a_prefix_and_zero_means_all(values: list[float], top_n: int) -> None:
    everything = rank(values)
    assert rank(values, top_n=top_n) == (everything[:top_n] if top_n else everything)


@given(logits, st.floats(0, 1), st.sampled_from(["score", "input"]))
def test_a_threshold_leaves_out_what_scores_below_it(
    values: list[float], min_score: float, order: Order
) -> None:
    everything = rank(values, order=order)
    kept = rank(values, order=order, min_score=min_score)
    assert kept == tuple(item for item in everything if reaches(item.score, min_score))
    assert rank(values, order=order, min_score=min_score, top_n=2) == kept[:2]


def test_a_score_reaches_the_threshold_that_it_is_printed_as() -> None:
    score = 1 / (1 + math.exp(-0.8472978))
    assert str(number(score)) == "0.7"
    assert score < 0.7
    assert reaches(score, 0.7)
    assert not reaches(0.69999, 0.7)


@given(logits)
def test_input_order_gives_the_same_scores(values: list[float]) -> None:
    by_score = {item.index: item.score for item in rank(values)}
    in_order = rank(values, order="input")
    assert [item.index for item in in_order] == list(range(len(values)))
    assert all(by_score[item.index] == item.score for item in in_order)


def test_ties_keep_the_order_of_the_request() -> None:
    assert [item.index for item in rank([1.0, 2.0, 1.0, 2.0])] == [1, 3, 0, 2]


def test_calibration_is_the_manifests_formula() -> None:
    calibration = Calibration(temperature=2.0, bias=1.0)
    (item,) = rank([fused(model_parts([3.0], {}, LongDocuments(), calibration))])
    assert item.score == pytest.approx(1 / (1 + math.exp(-1)))


@pytest.mark.parametrize("x", [-1e4, -30.0, 0.0, 30.0, 1e4])
def test_sigmoid_stays_within_its_bounds(x: float) -> None:
    assert 0.0 <= sigmoid(x) <= 1.0


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_score_that_is_not_finite_never_leaves(bad: float) -> None:
    with pytest.raises(NonFiniteScore, match="document 1"):
        rank([0.0, bad])


@given(
    st.lists(st.floats(-20, 20), min_size=1, max_size=6),
    st.floats(0.1, 10),
    st.floats(-5, 5),
)
def test_a_profiles_calibration_is_of_the_sum_and_the_parts_still_add_up(
    values: list[float], temperature: float, bias: float
) -> None:
    parts = [Part("passage", "model", values[0]), *(Part("x", "signal", v) for v in values[1:])]
    own = Calibration(temperature, bias)
    shared = calibrated(parts, own)
    assert fused(shared) == pytest.approx(own.calibrated(fused(parts)), abs=1e-9)
    assert [part.name for part in shared] == [part.name for part in parts]


@given(st.floats(-20, 20), st.floats(0.1, 10), st.floats(0.1, 10), st.floats(-5, 5))
def test_one_calibration_after_another_is_one(
    logit: float, first: float, second: float, bias: float
) -> None:
    before, after = Calibration(first, bias), Calibration(second, -bias)
    both = after.calibrated(before.calibrated(logit))
    assert before.then(after).calibrated(logit) == pytest.approx(both, rel=1e-9, abs=1e-9)
