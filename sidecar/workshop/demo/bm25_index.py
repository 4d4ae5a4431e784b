"""BM25 over a collection in this process: the first stage of the embedded demo."""

import bm25s

from sidecar.workshop.demo.collections import Collection, Document

K1, B = 1.2, 0.75
"""Lucene's own values, for an order close to a cluster's."""


class Bm25Index:
    """An index over the searched fields of a collection, joined and lower-cased, without stemming.

    Stop words are kept, as in OpenSearch's standard analyzer.
    """

    def __init__(self, collection: Collection) -> None:
        self._documents = collection.documents
        self._index = bm25s.BM25(k1=K1, b=B, method="lucene")
        texts = [collection.text(document) for document in collection.documents]
        self._index.index(_tokens(texts), show_progress=False)

    def search(self, query: str, top: int) -> list[tuple[Document, float]]:
        """At most `top` documents that share a word with the query, best first, with scores."""
        (tokens,) = _tokens([query])
        if not tokens:
            return []
        scores = self._index.get_scores(tokens)
        order = (-scores).argsort(kind="stable")[:top]
        return [(self._documents[i], float(scores[i])) for i in order if scores[i] > 0]


def _tokens(texts: list[str]) -> list[list[str]]:
    tokens: list[list[str]] = bm25s.tokenize(
        texts, stopwords=None, return_ids=False, show_progress=False
    )
    return tokens
