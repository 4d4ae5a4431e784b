import random

import pytest

from sidecar.runtime.estimates import MOST_STRETCH, Estimates


def test_the_stretch_is_passed_by_one_request_in_a_hundred() -> None:
    estimates, rng = Estimates(), random.Random(1)
    late = 0
    for number in range(6000):
        taken_s = rng.uniform(1.0, 2.0)
        if number >= 1000:
            late += taken_s > estimates.stretch
        estimates.learn_time(1.0, taken_s)
    assert late / 5000 == pytest.approx(0.01, abs=0.003)


def test_the_stretch_is_bounded_both_ways() -> None:
    estimates = Estimates()
    for _ in range(100):
        estimates.learn_time(1.0, 100.0)
    assert estimates.stretch == MOST_STRETCH
    for _ in range(2000):
        estimates.learn_time(1.0, 0.5)
    assert estimates.stretch == 1.0


def test_the_tokens_ratio_follows_recent_requests() -> None:
    estimates = Estimates()
    assert estimates.tokens_ratio == 1.0
    for _ in range(500):
        estimates.learn_tokens(1000, 800)
    assert estimates.tokens_ratio == pytest.approx(0.8, rel=0.01)
    for _ in range(500):
        estimates.learn_tokens(1000, 0)
    assert estimates.tokens_ratio < 0.01
