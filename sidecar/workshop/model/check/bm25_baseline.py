"""BM25 over a whole judged collection: the order that a model must beat."""

import numpy as np

from sidecar.workshop.model.bm25 import Bm25, bm25_words
from sidecar.workshop.model.check.judged_collection import JudgedCollection
from sidecar.workshop.model.runner import Floats


def bm25_scores(judged: JudgedCollection) -> Floats:
    """Scores [pairs] of the pools' pairs, in order; 0 where the query has no known word."""
    positions = {document_id: position for position, document_id in enumerate(judged.texts)}
    index = Bm25(map(bm25_words, judged.texts.values()))
    pair_scores: list[float] = []
    for pool in judged.pools:
        scores = index.scores(bm25_words(pool.query))
        pair_scores += [float(scores[positions[document_id]]) for document_id in pool.documents]
    return np.array(pair_scores)
