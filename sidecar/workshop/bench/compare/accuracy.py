"""How far logits are from torch's in float32. Pure."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

CLIPPED = math.log((1 - 1e-7) / 1e-7)
"""A logit from here on may be the rest of a sigmoid in float32, which holds no more of it."""


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
    """Logits that are as large as a sigmoid in float32 can tell."""


def accuracy(logits: Sequence[Sequence[float]], reference: Sequence[Sequence[float]]) -> Accuracy:
    """Both per request. Raises ValueError when they are not of the same documents."""
    pairs = list(zip(logits, reference, strict=True))
    apart = np.concatenate([_apart(found, wanted) for found, wanted in pairs])
    spread = float(np.std(np.concatenate([np.asarray(wanted) for wanted in reference]))) or 1.0
    return Accuracy(
        pairs=len(apart),
        max_difference=float(apart.max()),
        mean_difference=float(apart.mean()),
        max_relative=float(apart.max()) / spread,
        mean_relative=float(apart.mean()) / spread,
        kendall=float(np.mean([kendall(found, wanted) for found, wanted in pairs])),
        clipped=sum(abs(logit) >= CLIPPED for found in logits for logit in found),
    )


def kendall(left: ArrayLike, right: ArrayLike) -> float:
    """Kendall's tau-b (Kendall 1945): 1 for the same order, -1 for its reverse.

    Where one side is all ties nothing can be said of the order: 0.
    """
    signs = [np.sign(np.subtract.outer(side, side)) for side in map(np.asarray, (left, right))]
    norm = math.sqrt(float((signs[0] ** 2).sum()) * float((signs[1] ** 2).sum()))
    return float((signs[0] * signs[1]).sum()) / norm if norm else 0.0


def _apart(found: Sequence[float], wanted: Sequence[float]) -> np.ndarray:
    if len(found) != len(wanted):
        raise ValueError(f"{len(found)} logits for {len(wanted)} documents")
    return np.abs(np.asarray(found, dtype=np.float64) - np.asarray(wanted, dtype=np.float64))
