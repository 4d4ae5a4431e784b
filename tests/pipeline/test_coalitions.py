"""Shapley values are of numbers alone."""

import math

import pytest

from sidecar.calibration import Calibration
from sidecar.errors import NonFiniteScore
from sidecar.pipeline.coalitions import Coalitions

TITLE_AND_BRAND = Coalitions({0: ("title", "brand")}, [])


def test_each_field_gets_its_share() -> None:
    values = TITLE_AND_BRAND.values([-8.0, 1.0, -8.0, 2.0], Calibration())
    assert values == {0: {"title": 9.5, "brand": 0.5}}


@pytest.mark.parametrize("broken", [math.nan, math.inf, -math.inf])
@pytest.mark.parametrize("place", range(4))
def test_a_set_of_fields_without_a_finite_score_fails_the_request(
    broken: float, place: int
) -> None:
    logits = [0.0] * 4
    logits[place] = broken
    with pytest.raises(NonFiniteScore):
        TITLE_AND_BRAND.values(logits, Calibration())
