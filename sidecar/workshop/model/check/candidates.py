"""BM25's best documents of a query, as a search engine's first stage finds them."""

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from sidecar.workshop.model.bm25 import Bm25, bm25_words


def best_by_bm25(
    texts: Mapping[str, str], queries: Iterable[str], count: int
) -> Iterator[tuple[str, ...]]:
    """Per query the IDs of at most `count` documents that share a word with it, best first."""
    index = Bm25(map(bm25_words, texts.values()))
    ids = list(texts)
    for query in queries:
        scores = index.scores(bm25_words(query))
        ranked = np.argsort(-scores, kind="stable")[:count]
        yield tuple(ids[position] for position in ranked if scores[position] > 0)
