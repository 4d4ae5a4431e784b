"""Hits in the order of their scores, down to a depth. Pure."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def reranked(scores: Floats, hits: int, depth: int) -> list[int]:
    """Positions of the hits in their new order: the first `depth` by score, best first, and the
    others behind them as they were. Equal scores keep the first stage's order.

    `scores` are those of the first hits, at least min(depth, hits) of them.
    """
    reach = min(depth, hits)
    order = np.argsort(-scores[:reach], kind="stable")
    return [*map(int, order), *range(reach, hits)]


def named(ids: Sequence[str], order: Sequence[int]) -> list[str]:
    """The documents in that order."""
    return [ids[position] for position in order]
