"""How far logits are from those of torch in float32. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

CLIPPED = math.log((1 - 1e-7) / 1e-7)
"""Logits from here on are beyond what a float32 sigmoid can represent."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Of the pairs of the warm-up requests."""

    pairs: int
    max_difference: float
    mean_difference: float
    """Absolute, of logits."""
    max_relative: float
    mean_relative: float
    """The same divided by the standard deviation of the reference's logits."""
    kendall: float
    """Mean over requests of Kendall's tau-b with the reference's order."""
    clipped: int
    """Logits as large as a float32 sigmoid can represent."""


def accuracy(logits: Sequence[Sequence[float]], reference: Sequence[Sequence[float]]) -> Accuracy:
    """The accuracy of logits by request. Raises ValueError unless both are of as many documents."""
    requests = list(zip(logits, reference, strict=True))
    differences = np.concatenate([_differences(ours, theirs) for ours, theirs in requests])
    deviation = float(np.std(np.concatenate([np.asarray(request) for request in reference]))) or 1.0
    return Accuracy(
        pairs=len(differences),
        max_difference=float(differences.max()),
        mean_difference=float(differences.mean()),
        max_relative=float(differences.max()) / deviation,
        mean_relative=float(differences.mean()) / deviation,
        kendall=float(np.mean([kendall(ours, theirs) for ours, theirs in requests])),
        clipped=sum(abs(logit) >= CLIPPED for request in logits for logit in request),
    )


def kendall(left: ArrayLike, right: ArrayLike) -> float:
    """Kendall's tau-b (Kendall 1945): 1 for the same order, -1 for its reverse.

    0 where one side is all ties, which has no order.
    """
    signs = [np.sign(np.subtract.outer(side, side)) for side in map(np.asarray, (left, right))]
    norm = math.sqrt(float((signs[0] ** 2).sum()) * float((signs[1] ** 2).sum()))
    return float((signs[0] * signs[1]).sum()) / norm if norm else 0.0


def _differences(logits: Sequence[float], reference: Sequence[float]) -> np.ndarray:
    if len(logits) != len(reference):
        raise ValueError(f"{len(logits)} logits for {len(reference)} documents")
    return np.abs(np.asarray(logits, dtype=np.float64) - np.asarray(reference, dtype=np.float64))
