"""The population stability index, against its definition and against chance."""

import math

import numpy as np
import pytest

from sidecar.telemetry.score_drift import (
    LIMIT,
    REQUESTS,
    Reference,
    ScoreDrift,
    histogram,
    stability_index,
    tenths,
)


def test_the_index_is_that_of_its_definition() -> None:
    live, reference = [0.5, 0.3, 0.2], [0.2, 0.3, 0.5]
    expected = 0.3 * math.log(0.5 / 0.2) + -0.3 * math.log(0.2 / 0.5)
    assert stability_index(live, reference) == pytest.approx(expected)
    assert stability_index(live, live) == 0.0
    assert math.isfinite(stability_index([1.0, 0.0], [0.0, 1.0]))


def test_a_reference_has_ten_groups_of_about_a_tenth() -> None:
    logits = np.random.default_rng(3).normal(-1, 3, 100_000)
    counted = histogram(logits)
    assert counted is not None
    reference = tenths(counted)
    assert len(reference.shares) == 10
    assert all(share == pytest.approx(0.1, abs=0.035) for share in reference.shares)


@pytest.mark.parametrize("logits", [[0.1] * 50, [-90.0, 90.0], [-LIMIT, LIMIT], [3.0]])
def test_logits_that_lie_in_a_few_places_make_fewer_groups(logits: list[float]) -> None:
    counted = histogram(logits)
    assert counted is not None
    reference = tenths(counted)
    assert len(reference.shares) == len(reference.edges) + 1
    assert sum(reference.shares) == pytest.approx(1.0)
    assert stability_index(reference.shares, reference.shares) == 0.0


def test_what_is_no_number_is_not_counted() -> None:
    assert histogram([]) is None
    assert histogram([math.nan, math.inf]) is None
    finite = histogram([math.nan, 1.0])
    assert finite is not None
    assert finite.sum() == 1.0


def test_chance_alone_is_no_drift_and_two_logits_are() -> None:
    """Requests of the same kind stay below 0.1, the least that is called a change."""
    random = np.random.default_rng(5)
    drift = ScoreDrift()
    indexes = []
    for shift in (0.0, 0.0, 2.0):
        for _ in range(2 * REQUESTS):
            easy = random.normal(0, 2)  # some queries have better documents than others
            drift.observe(random.normal(easy + shift, 2, 20))
        indexes.append(drift.index())
    assert max(indexes[:2]) < 0.1
    assert indexes[2] > 0.25


def test_a_request_weighs_the_same_whatever_its_number_of_documents() -> None:
    drift = ScoreDrift(Reference((0.0,), (0.5, 0.5)))
    for _ in range(REQUESTS):
        drift.observe([-1.0] * 900)
        drift.observe([1.0])
    assert drift.index() == pytest.approx(0.0, abs=1e-3)
