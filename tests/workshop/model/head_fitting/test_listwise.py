"""Weights by softmax regression: known ones are found, of any scale."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

from sidecar.errors import ModelError
from sidecar.workshop.model.head_fitting.listwise import fit_listwise

TRUE = np.array([3.0, -0.4, 0.0])
"""Of features of different spread, in logits per 1."""


def made(pools: int) -> tuple[list[np.ndarray], list[list[float]]]:
    """Pools whose gains are the softmax of the true logits: the loss is least at the true
    weights."""
    rng = np.random.default_rng(5)
    features, gains = [], []
    for _ in range(pools):
        matrix = rng.normal(size=(int(rng.integers(4, 12)), 3)) * (0.5, 4, 1) + (0.8, -20, 0)
        logits = matrix @ TRUE
        features.append(matrix.astype(np.float32))
        gains.append(np.exp(logits - logits.max()).tolist())
    return features, gains


def test_known_weights_are_found() -> None:
    features, gains = made(40)
    head = fit_listwise(features, gains, penalty=0.0)
    assert head.weights == pytest.approx(TRUE, abs=1e-3)
    assert head.logits(np.concatenate(features)).mean() == pytest.approx(0, abs=1e-6)


def test_the_penalty_keeps_them_small() -> None:
    """Pools that one feature separates have no largest weight without it."""
    features = [np.array([[1.0], [0.0], [0.1]], np.float32)] * 9
    gains = [[1.0, 0.0, 0.0]] * 9
    head = fit_listwise(features, gains)
    assert 5 < head.weights[0] < 50


def test_a_strong_penalty_keeps_features_that_say_the_same() -> None:
    """Beside a slightly better one a weak penalty would have nothing of the other."""
    rng = np.random.default_rng(3)
    features, gains = [], []
    for _ in range(60):
        relevance = np.eye(6)[0]
        better, worse = (relevance + rng.normal(size=6) * noise for noise in (0.2, 0.5))
        features.append(np.c_[better, worse].astype(np.float32))
        gains.append(relevance.tolist())
    shares = []
    for penalty in (0.0003, 10.0):
        spread = np.concatenate(features).std(0)
        weights = fit_listwise(features, gains, penalty).weights * spread
        shares.append(weights[1] / weights.sum())
    assert shares[0] < shares[1] - 0.1
    assert 0.35 < shares[1] < 0.5


def test_a_feature_that_is_always_the_same_has_no_weight() -> None:
    features, gains = made(20)
    constant = [np.c_[matrix[:, :2], np.full(len(matrix), 7, np.float32)] for matrix in features]
    head = fit_listwise(constant, gains)
    assert head.weights[2] == pytest.approx(0, abs=1e-9)
    assert np.isfinite(head.logits(np.concatenate(constant))).all()


def test_pools_of_one_kind_teach_nothing() -> None:
    features, gains = made(3)
    same = [[1.0] * len(gain) for gain in gains]
    with pytest.raises(ModelError, match="no pool has relevant and other documents"):
        fit_listwise(features, same)
    mixed = fit_listwise([*features, features[0]], [*gains, same[0]])
    assert mixed.weights == pytest.approx(fit_listwise(features, gains).weights)
