"""Logits to scores and an order. Pure.

score = sigmoid(logit), in [0, 1]; `fuse` has calibrated the model's part of it.
"""

import math
from collections.abc import Iterable, Sequence

import numpy as np

from sidecar.calibration import sigmoid
from sidecar.errors import NonFiniteScore
from sidecar.request import Order, Ranked


def rank(
    logits: Sequence[float],
    *,
    order: Order = "score",
    top_n: int | None = None,
    min_score: float | None = None,
) -> tuple[Ranked, ...]:
    """At most `top_n` of the documents that reach `min_score`, by descending logit (equal ones by
    index) or in their own order.

    Raises NonFiniteScore when a logit is NaN or infinite.
    """
    ranked = []
    for index, logit in enumerate(logits):
        if not math.isfinite(logit):
            raise NonFiniteScore(f"the model gave document {index} no finite score")
        ranked.append(Ranked(index, logit, sigmoid(logit)))
    if min_score is not None:
        ranked = [item for item in ranked if reaches(item.score, min_score)]
    if order == "score":
        ranked.sort(key=lambda item: -item.logit)  # stable: ties keep the order of the request
    return tuple(ranked[:top_n] if top_n else ranked)


def falling(logits: Iterable[float]) -> list[float]:
    """The logits, each lowered where it must be so that its score, as float32, is below the one
    before: a client that sorts by scores finds this order, also where logits were equal."""
    lowered: list[float] = []
    last = np.float32(math.inf)
    for logit in logits:
        if np.float32(sigmoid(logit)) >= last:
            score = float(np.nextafter(last, np.float32(0)))
            logit = math.log(score / (1 - score)) if score else lowered[-1] - 1
        lowered.append(logit)
        last = np.float32(sigmoid(logit))
    return lowered


def check_finite(logits: Iterable[float]) -> None:
    """Raises NonFiniteScore when the logit of a pair is NaN or infinite.

    Asked before the logits of a document's windows become one: a maximum may leave out a NaN.
    """
    if not all(map(math.isfinite, logits)):
        raise NonFiniteScore("the model gave a pair no finite score")


def reaches(score: float, min_score: float) -> bool:
    """Whether a score is at least `min_score`, both as float32: so they are printed, and a document
    that is shown with the score 0.7 has reached 0.7."""
    return bool(np.float32(score) >= np.float32(min_score))
