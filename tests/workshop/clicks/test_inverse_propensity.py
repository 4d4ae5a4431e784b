"""Clicks that are weighted by inverse propensity count as if all positions were examined."""

import numpy as np
import pytest

from sidecar.workshop.clicks.examination_file import PositionFigures
from sidecar.workshop.clicks.impressions import Impressions
from sidecar.workshop.clicks.inverse_propensity import MOST, click_weights

EXAMINATION = np.array([1.0, 0.5, 0.25, 0.02])


def figures() -> list[PositionFigures]:
    return [PositionFigures(at, float(e), 1, 0) for at, e in enumerate(EXAMINATION, 1)]


def test_a_click_counts_for_those_who_did_not_look() -> None:
    shown = Impressions(
        np.array([0, 0, 0, 1, 1]),
        np.array([1, 2, 3, 1, 4]),
        np.array([0, 1, 2, 1, 2]),
        np.array([True, True, False, False, True]),
        4,
    )
    # Clicks at positions 1, 2 and 4; the last is clipped, and a pair without a click has none.
    assert click_weights(shown, figures()).tolist() == [1.0, 2.0, MOST, 0.0]


def test_the_weights_of_simulated_users_are_their_interest_and_not_the_place() -> None:
    rng = np.random.default_rng(3)
    attractive = np.array([0.3, 0.4, 0.2])
    searches = 20_000
    pair = np.tile(np.arange(3), searches)  # the second best stands first
    clicked = rng.random(len(pair)) < attractive[pair] * EXAMINATION[pair]
    shown = Impressions(np.repeat(np.arange(searches), 3), pair + 1, pair, clicked, 3)
    assert np.bincount(pair[clicked]).argmax() == 0
    found = click_weights(shown, figures()) / searches
    assert found == pytest.approx(attractive, abs=0.02)
