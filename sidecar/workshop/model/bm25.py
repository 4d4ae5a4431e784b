"""BM25 over texts given as lists of words."""

from collections.abc import Iterable

import bm25s
import numpy as np
from numpy.typing import NDArray

K1, B = 1.2, 0.75
"""Lucene's defaults, and so Elasticsearch's and OpenSearch's."""


class Bm25:
    """An index of the texts."""

    def __init__(self, texts: Iterable[list[str]]) -> None:
        words = list(texts)
        self._count = len(words)
        self._index = bm25s.BM25(k1=K1, b=B, method="lucene")
        self._index.index(words, show_progress=False)

    def scores(self, query: Iterable[str]) -> NDArray[np.float32]:
        """Scores [texts]; all 0 when no word of the query is known. A repeated word counts once."""
        known = [word for word in dict.fromkeys(query) if word in self._index.vocab_dict]
        if not known:
            return np.zeros(self._count, np.float32)
        scores: NDArray[np.float32] = self._index.get_scores(known)
        return scores
