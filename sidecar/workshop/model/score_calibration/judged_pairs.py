"""Pairs to calibrate on: the pools of judged collections, and queries with documents of no pool."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sidecar.errors import ModelError
from sidecar.workshop.calibrating.logistic import Relevant
from sidecar.workshop.model.check.judged_collection import JudgedCollection
from sidecar.workshop.model.runner import Floats
from sidecar.workshop.model.text_pair import TextPair

SEED = 29
MAX_DRAWS = 50
"""Per unrelated pair."""


@dataclass(frozen=True)
class PairSet:
    """The pairs of one collection, or the unrelated ones of all."""

    name: str
    pairs: tuple[TextPair, ...]
    relevant: Relevant
    queries: NDArray[np.int64]
    """Number of each pair's query; a query has the same number in every set."""

    def __len__(self) -> int:
        return len(self.pairs)


UNRELATED = "unrelated"


def judged_sets(collections: Sequence[JudgedCollection], unrelated: int) -> list[PairSet]:
    """A set per collection, and one of `unrelated` pairs, if any.

    An unrelated pair is a query and a document that is not in its pool: of another collection, or
    of the same one where there is no other. Such pairs are not judged. In a collection of one topic
    a few may be relevant. Raises ModelError when there is none.
    """
    sets: list[PairSet] = []
    numbers: dict[tuple[str, str], int] = {}
    for collection in collections:
        rows = [
            (pool.query_id, (pool.query, collection.texts[document]), pool.grades.get(document, 0))
            for pool in collection.pools
            for document in pool.documents
        ]
        for query_id, _, _ in rows:
            numbers.setdefault((collection.name, query_id), len(numbers))
        sets.append(
            PairSet(
                collection.name,
                tuple(pair for _, pair, _ in rows),
                np.array([grade >= collection.threshold for _, _, grade in rows]),
                np.array([numbers[collection.name, query_id] for query_id, _, _ in rows]),
            )
        )
    if unrelated:
        sets.append(_unrelated(collections, numbers, unrelated))
    return sets


def _unrelated(
    collections: Sequence[JudgedCollection], numbers: dict[tuple[str, str], int], count: int
) -> PairSet:
    rng = random.Random(SEED)
    texts = {collection.name: list(collection.texts.items()) for collection in collections}
    queries = [(collection, pool) for collection in collections for pool in collection.pools]
    pairs, places = [], []
    for _ in range(MAX_DRAWS * count):
        collection, pool = rng.choice(queries)
        others = [name for name in texts if name != collection.name]
        name = rng.choice(others or [collection.name])
        document, text = rng.choice(texts[name])
        if name == collection.name and document in {*pool.grades, *pool.documents}:
            continue
        pairs.append((pool.query, text))
        places.append(numbers[collection.name, pool.query_id])
        if len(pairs) == count:
            return PairSet(UNRELATED, tuple(pairs), np.zeros(count, np.bool_), np.array(places))
    raise ModelError(
        "nearly every document is in every query's pool, so none is unrelated: give a second "
        "collection of another topic, or --unrelated 0"
    )


def weights(sets: Sequence[PairSet]) -> Floats:
    """One per pair, 1 in the mean: every set counts the same, however many pairs it has."""
    share = sum(map(len, sets)) / len(sets)
    return np.concatenate([np.full(len(each), share / len(each)) for each in sets])
