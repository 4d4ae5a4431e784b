"""Logits to scores and an order. Pure.

score = sigmoid(logit), in [0, 1]; `fuse` has calibrated the model's part of it.
"""

import math
from collections.abc import Sequence

from sidecar.calibration import sigmoid
from sidecar.errors import NonFiniteScore
from sidecar.request import Order, Ranked


def rank(
    logits: Sequence[float],
    *,
    order: Order = "score",
    top_n: int | None = None,
) -> tuple[Ranked, ...]:
    """At most `top_n` documents, by descending logit (equal ones by index) or in their own order.

    Raises NonFiniteScore when a logit is NaN or infinite.
    """
    ranked = []
    for index, logit in enumerate(logits):
        if not math.isfinite(logit):
            raise NonFiniteScore(f"the model gave document {index} no finite score")
        ranked.append(Ranked(index, logit, sigmoid(logit)))
    if order == "score":
        ranked.sort(key=lambda item: -item.logit)  # stable: ties keep the order of the request
    return tuple(ranked[:top_n] if top_n else ranked)
