"""BM25 over a whole collection, the order that a model must beat."""

import re

import numpy as np

from sidecar.workshop.model.bm25 import Bm25
from sidecar.workshop.model.check.judged_collection import JudgedCollection
from sidecar.workshop.model.runner import Floats


def bm25_scores(judged: JudgedCollection) -> Floats:
    """One score per pair of the collection's pools; 0 where no word of the query is known."""
    place = {i: position for position, i in enumerate(judged.texts)}
    index = Bm25(map(_words, judged.texts.values()))
    found: list[float] = []
    for pool in judged.pools:
        every = index.scores(_words(pool.query))
        found += [float(every[place[i]]) for i in pool.grades]
    return np.array(found)


def _words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+|[\u4e00-\u9fff]", text.lower())
