"""Clicks weighted by inverse propensity: what a click counts for in a loss.

A click at a position that is examined with the chance e stands for 1/e clicks, so that the sum over
a pair's clicks is, in the mean, how often it would be clicked if every position were examined
(Joachims, Swaminathan and Schnabel, "Unbiased learning-to-rank with biased feedback", WSDM 2017).
Rare examinations are clipped: a few lucky clicks far down would drown all others.
"""

from collections.abc import Sequence

import numpy as np

from sidecar.workshop.clicks.examination_file import PositionFigures
from sidecar.workshop.clicks.impressions import Floats, Impressions

MOST = 10.0
"""Of one click: examinations below 0.1 count as 0.1."""


def click_weights(impressions: Impressions, positions: Sequence[PositionFigures]) -> Floats:
    """[pairs]: the sum over its clicks of 1 / examination, at most MOST each."""
    deepest = max((each.position for each in positions), default=0)
    weights = np.ones(deepest + 1)
    for each in positions:
        weights[each.position] = 1.0 / max(each.examination, 1.0 / MOST)
    clicked = impressions.clicked
    of_clicks = weights[impressions.position[clicked]]
    return np.bincount(impressions.pair[clicked], of_clicks, impressions.pairs).astype(float)
