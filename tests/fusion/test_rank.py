"""Logits that fall from place to place, also in the digits that are printed."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sidecar.calibration import sigmoid
from sidecar.fusion.rank import falling


@given(st.lists(st.floats(-40, 60), min_size=1, max_size=30))
def test_scores_fall_as_they_are_printed(logits: list[float]) -> None:
    logits.sort(reverse=True)
    lowered = falling([*logits, logits[-1], logits[-1]])
    scores = [np.float32(sigmoid(logit)) for logit in lowered]
    assert all(after < before for before, after in pairwise(scores))


def test_what_falls_already_stays() -> None:
    assert falling([3.0, 2.5, -1.0]) == [3.0, 2.5, -1.0]
    assert falling([]) == []
