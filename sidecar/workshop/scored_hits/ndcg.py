"""nDCG of many queries at once.

DCG = sum over the first `depth` documents of (2^grade - 1) / log2(1 + place), as in ir-measures'
nDCG with these gains; a grade of 0 or less gains nothing. A fit asks for it thousands of times,
which a library that reads dictionaries is too slow for.
"""

import numpy as np

from sidecar.workshop.scored_hits.judged_parts import Floats, Indexes, JudgedParts, times


def gains(grades: Floats) -> Floats:
    """2^grade - 1; 0 for grades below 0."""
    found: Floats = np.exp2(np.maximum(grades, 0.0)) - 1.0
    return found


def ideal_dcg(grades: Floats, depth: int) -> float:
    """The DCG of the best order of documents with these grades."""
    best = np.sort(gains(grades))[::-1][:depth]
    return float(best @ _discounts(len(best)))


class Ranking:
    """Ranks the pairs of each query by scores; made once for the pairs, asked many times."""

    def __init__(self, parts: JudgedParts, depth: int) -> None:
        sizes = parts.sizes
        width = int(sizes.max(initial=0))
        columns = np.arange(width)
        inside = columns < sizes[:, None]
        self._rows: Indexes = np.where(inside, parts.starts[:-1, None] + columns, parts.pairs)
        self._gains = np.append(gains(parts.grades), 0.0)[self._rows]
        self._depth = min(depth, width)
        self._discounts = _discounts(self._depth)
        self._ideal = parts.ideal

    def ndcg(self, scores: Floats) -> Floats:
        """[queries]: the nDCG of ranking by `scores` [pairs]; equal scores keep their order."""
        table = np.append(scores, -np.inf)[self._rows]
        order = np.argsort(-table, axis=1, kind="stable")[:, : self._depth]
        found = times(np.take_along_axis(self._gains, order, axis=1), self._discounts)
        return found / self._ideal


def _discounts(depth: int) -> Floats:
    found: Floats = 1.0 / np.log2(np.arange(2, depth + 2))
    return found
