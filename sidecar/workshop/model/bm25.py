"""BM25 over texts given as lists of words, and the words of a text."""

import re
from collections.abc import Iterable
from itertools import pairwise

import bm25s
import numpy as np
from numpy.typing import NDArray

K1, B = 1.2, 0.75
"""Lucene's defaults, and so Elasticsearch's and OpenSearch's."""
_HAN_AND_KANA = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_HAN_AND_KANA}]+|[^\W{_HAN_AND_KANA}]+")
_UNSPACED = re.compile(f"[{_HAN_AND_KANA}]")


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


def bm25_words(text: str) -> list[str]:
    """The words; of Chinese and Japanese every character and every pair of neighbours."""
    found: list[str] = []
    for word in _WORD.findall(text.lower()):
        found += [*word, *map("".join, pairwise(word))] if _UNSPACED.match(word) else [word]
    return found
