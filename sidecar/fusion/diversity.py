"""Results that are not all alike: maximal marginal relevance. Pure.

    next = argmax over the documents left of
           lambda * score(d) - (1 - lambda) * max over those chosen of similarity(d, chosen)

Carbonell and Goldstein, "The use of MMR, diversity-based reranking for reordering documents and
producing summaries", SIGIR 1998. The score is calibrated, in [0, 1]. The similarity is the cosine
of two vectors, or of a field the share of the values that both have of those that either has
(Jaccard's index): 1 for the same brand. A document without a value is like no other.
"""

from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sidecar.text.compose import read_value

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Similarity:
    """How alike documents are."""

    to: Callable[[int], Floats]
    """A document's similarity to each one, by its place."""
    compared: int
    """How many documents have a value."""


@dataclass(frozen=True, slots=True)
class Pick:
    """A document that was chosen."""

    place: int
    """In the order that was given."""
    marginal_relevance: float
    """What was largest."""
    nearest: int | None
    """The place of the one chosen before that it is most like; None for the first."""
    similarity: float
    """To that one; 0 for the first."""


def of_vectors(values: Sequence[object]) -> Similarity:
    """Cosines in [-1, 1]; 0 for what is no vector of finite numbers, is zero, or has another length
    than most."""
    given = [_vector(value) for value in values]
    lengths = [len(each) for each in given if each is not None]
    size = max(set(lengths), key=lengths.count, default=1)
    units = np.zeros((len(given), size))
    for row, vector in zip(units, given, strict=True):
        if vector is not None and len(vector) == size:
            row[:] = vector
    largest = np.abs(units).max(axis=1, initial=0.0)
    known = np.isfinite(largest) & (largest > 0)
    units[~known] = 0.0
    units /= np.where(known, largest, 1.0)[:, None]  # so that no square is beyond all numbers
    norms = np.sqrt(np.einsum("ij,ij->i", units, units))
    units /= np.where(known, norms, 1.0)[:, None]
    return Similarity(lambda place: (units @ units[place]).clip(-1.0, 1.0), int(known.sum()))


def of_values(values: Sequence[object]) -> Similarity:
    """Shares of common values in [0, 1], compared as text without case."""
    sets = [_value_set(value) for value in values]
    sizes = np.array([len(each) for each in sets], dtype=np.float64)
    having: dict[str, list[int]] = {}
    for place, each in enumerate(sets):
        for text in each:
            having.setdefault(text, []).append(place)
    places_having = {text: np.array(places) for text, places in having.items()}

    def to(place: int) -> Floats:
        common: Floats = np.zeros(len(sets))
        for text in sets[place]:
            common[places_having[text]] += 1
        common /= np.maximum(sizes + sizes[place] - common, 1)
        return common

    return Similarity(to, int((sizes > 0).sum()))


def maximal_marginal_relevance(
    scores: Sequence[float], places: Sequence[int], similarity: Similarity, weight: float, top: int
) -> list[Pick]:
    """The `top` first of the documents at these places, best first; `weight` is lambda.

    `scores` and the similarity are by place. Equals keep their order in `places`.
    """
    candidates = np.array(places, dtype=np.intp)
    relevance = weight * np.array([scores[place] for place in places])
    nearest = np.full(len(candidates), -1)
    highest = np.full(len(candidates), -np.inf)
    marginal = relevance.copy()
    picks: list[Pick] = []
    for _ in range(min(top, len(candidates))):
        best = int(marginal.argmax())
        place = int(candidates[best])
        before = (int(nearest[best]), float(highest[best])) if picks else (None, 0.0)
        picks.append(Pick(place, float(marginal[best]), *before))
        relevance[best] = -np.inf  # it is chosen
        similar = similarity.to(place)[candidates]
        nearer = similar > highest
        nearest[nearer] = place
        highest[nearer] = similar[nearer]
        marginal = relevance - (1 - weight) * highest
    return picks


def _vector(value: object) -> "array[float] | None":
    if not isinstance(value, list | tuple) or not value:
        return None
    try:
        return array("d", value)
    except (TypeError, OverflowError):
        return None


def _value_set(value: object) -> frozenset[str]:
    items = value if isinstance(value, list | tuple) else (value,)
    texts = (" ".join(read_value(item).casefold().split()) for item in items)
    return frozenset(text for text in texts if text)
