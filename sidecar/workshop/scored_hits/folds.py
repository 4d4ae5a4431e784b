"""Folds of queries: a query's documents are never in two of them."""

import numpy as np

from sidecar.workshop.scored_hits.judged_parts import Indexes

FOLDS = 5


def draw_folds(queries: int, seed: int) -> list[Indexes]:
    """Disjoint sets that cover 0 .. queries - 1, sorted, their sizes at most one apart."""
    order = np.random.default_rng(seed).permutation(queries)
    return [np.sort(part) for part in np.array_split(order, min(FOLDS, queries))]
