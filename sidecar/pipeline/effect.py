"""What reranking did to the first stage's order: for metrics, so that a reranker that does nothing
is noticed. Pure.

The first stage's order is that of the documents' `_score` fields where all have one, else that of
the request. (A search engine sends its hits in no order that means anything: without `_score`
nothing is known there, and whoever counts must leave such requests out.)
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sidecar.request import Document, Effect

FIRST_STAGE_SCORE = "_score"
TOP = 10
COMPARED = 100
"""Of the first stage's best documents; Kendall's tau takes time by the square of their number."""

Floats = NDArray[np.float64]


def effect(documents: Sequence[Document], logits: Sequence[float]) -> Effect | None:
    """The effect of ranking the documents by these logits; None for fewer than two."""
    if len(logits) < 2:
        return None
    ranked_by = np.asarray(logits, np.float64)
    scores = first_stage_scores(documents)
    first = np.arange(len(logits)) if scores is None else np.argsort(-scores, kind="stable")
    by_first = ranked_by[first]
    order = np.argsort(-by_first, kind="stable")  # places in the first stage's order, best first
    return Effect(
        from_scores=scores is not None,
        top_1_changed=bool(order[0] != 0),
        top_10_changed=bool((order[:TOP] >= TOP).any()) if len(order) > TOP else None,
        kendall_tau=_kendall_tau(by_first[:COMPARED]),
    )


def first_stage_scores(documents: Sequence[Document]) -> Floats | None:
    """The documents' `_score` fields; None unless each has a number there."""
    scores = []
    for document in documents:
        score = document.fields.get(FIRST_STAGE_SCORE)
        if isinstance(score, bool) or not isinstance(score, int | float):
            return None
        scores.append(float(score))
    return np.array(scores)


def _kendall_tau(logits: Floats) -> float:
    """Of descending order against the order of the logits: the mean over all pairs of documents of
    1 (the earlier has the higher logit), -1 (the later has), 0 (they are equal)."""
    first, second = _pairs(len(logits))
    return float(np.sign(logits[first] - logits[second]).mean())


@lru_cache(maxsize=COMPARED)
def _pairs(count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    first, second = np.triu_indices(count, 1)
    return first, second
