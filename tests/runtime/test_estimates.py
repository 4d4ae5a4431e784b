import random

import pytest

from sidecar.runtime.estimates import FIRST_CAUTION, MOST_CAUTION, Estimates


def test_one_in_a_hundred_that_came_near_its_deadline_is_late() -> None:
    estimates, rng = Estimates(), random.Random(1)
    late = near = 0
    for number in range(6000):
        forecast = rng.uniform(0.5, 1.0) / estimates.caution  # as admission takes them
        is_late = forecast * rng.uniform(1.0, 2.0) > 1.0
        if number >= 1000:
            late, near = late + is_late, near + 1
        estimates.learn_time(forecast, late=is_late)
    assert late / near == pytest.approx(0.01, abs=0.005)


def test_the_caution_is_bounded_both_ways() -> None:
    estimates = Estimates()
    for _ in range(100):
        estimates.learn_time(0.2, late=True)
    assert estimates.caution == MOST_CAUTION
    for _ in range(2000):
        estimates.learn_time(0.6, late=False)
    assert estimates.caution == 1.0


def test_what_was_far_from_its_deadline_teaches_nothing() -> None:
    estimates = Estimates()
    for _ in range(100):
        estimates.learn_time(0.1, late=False)
    assert estimates.caution == FIRST_CAUTION


def test_the_tokens_ratio_follows_recent_requests() -> None:
    estimates = Estimates()
    assert estimates.tokens_ratio == 1.0
    for _ in range(500):
        estimates.learn_tokens(1000, 800)
    assert estimates.tokens_ratio == pytest.approx(0.8, rel=0.01)
    for _ in range(500):
        estimates.learn_tokens(1000, 0)
    assert estimates.tokens_ratio < 0.01
