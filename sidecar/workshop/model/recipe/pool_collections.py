"""Pools as judged collections over their own texts."""

from collections.abc import Collection, Sequence
from itertools import groupby
from pathlib import Path

import numpy as np

from sidecar.workshop.model.check.judged_collection import JudgedCollection, Pool
from sidecar.workshop.model.recipe.pools import pools
from sidecar.workshop.model.training.group import Group

RELEVANT = {"fashion_products": 2.0}
"""The lowest relevant grade where it is not 1: a product of the right kind alone is no answer."""
SEED = 11


def unseen_collections(
    data: Path, count: int, languages: Collection[str]
) -> list[JudgedCollection]:
    """`count` pools of each collection of the recipe in one of the languages, of texts that the
    training left out. Raises ModelError when a collection's file is missing."""
    groups = pools(data, count, SEED, unseen=True, languages=languages)
    return [
        pool_collection(source, list(found), RELEVANT.get(source, 1.0))
        for source, found in groupby(groups, key=lambda group: group.source)
    ]


def pool_collection(
    source: str, groups: Sequence[Group], threshold: float = 1.0
) -> JudgedCollection:
    """The groups of one source; `threshold` is the lowest relevant grade."""
    texts = list(dict.fromkeys(text for group in groups for text in group.documents))
    ids = {text: str(place) for place, text in enumerate(texts)}
    found = tuple(
        Pool(
            str(place),
            group.query,
            {
                ids[text]: float(np.log2(gain + 1))
                for text, gain in zip(group.documents, group.known_gains, strict=True)
            },
        )
        for place, group in enumerate(groups)
    )
    return JudgedCollection(source, {ids[text]: text for text in texts}, found, threshold)
