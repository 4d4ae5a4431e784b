"""BM25 over a whole collection, the order that a model must beat."""

import re

import bm25s
import numpy as np

from sidecar.build.check.judged import Judged
from sidecar.build.runner import Floats

K1, B = 1.2, 0.75
"""Lucene's defaults, Elasticsearch's and OpenSearch's."""


def bm25_scores(judged: Judged) -> Floats:
    """One score per pair of the collection's pools; 0 where no word of the query is known."""
    place = {i: position for position, i in enumerate(judged.texts)}
    index = bm25s.BM25(k1=K1, b=B, method="lucene")
    index.index([_words(text) for text in judged.texts.values()], show_progress=False)
    found: list[float] = []
    for pool in judged.pools:
        words = [w for w in dict.fromkeys(_words(pool.query)) if w in index.vocab_dict]
        every = index.get_scores(words) if words else np.zeros(len(place))
        found += [float(every[place[i]]) for i in pool.grades]
    return np.array(found)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+|[\u4e00-\u9fff]", text.lower())
