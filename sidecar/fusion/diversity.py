"""Results that are not all alike: maximal marginal relevance. Pure.

    next = argmax over the documents left of
           lambda * score(d) - (1 - lambda) * max over those chosen of similarity(d, chosen)

Carbonell and Goldstein, "The use of MMR, diversity-based reranking for reordering documents and
producing summaries", SIGIR 1998. The score is calibrated, in [0, 1]. The similarity is the cosine
of two vectors, or of a field the share of the values that both have of those that either has
(Jaccard's index): 1 for the same brand. A document without a value is like no other.
"""

import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple, TypeGuard

import numpy as np
import numpy.typing as npt

from sidecar.text.compose import read_value

Floats = npt.NDArray[np.float64]

_PRODUCTS = 1 << 19
"""Most products of two numbers in one call of BLAS. From some million on it uses several threads,
which wait for each other on the cores of the models: 10 ms of CPU for 100 vectors of 768 numbers,
and 0.4 ms in calls of this size."""
_SMALLEST_SQUARE = 1e-200
"""Below it the square of a length has lost digits of the numbers."""
_ROUNDING = float(1 << 12)
"""Adding and subtracting it rounds a cosine to 2**-40. BLAS adds in an order that depends on the
place of a row, so that two copies of a vector may else differ in their last digit and change
places."""


@dataclass(frozen=True, slots=True)
class Similarity:
    """How alike documents are."""

    to: Callable[[int], Floats]
    """A document's similarity to each one, by its place."""
    to_all: Callable[[], Floats]
    """The same of all documents, a row for each: cheaper than one after the other."""
    compared: int
    """How many documents have a value."""


class Pick(NamedTuple):
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
    """Cosines in [-1, 1], to 12 digits; 0 for what is no vector of finite numbers, is zero, or has
    another length than most."""
    units, known = _of_length_1(_numbers(values))
    cosines = _Cosines(units)
    return Similarity(cosines.to, cosines.to_all, int(known.sum()))


def _of_length_1(vectors: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """(the vectors divided by their lengths, which of them have one); the others are zero."""
    squares = np.einsum("ij,ij->i", vectors, vectors)
    for row in np.flatnonzero(~((squares > _SMALLEST_SQUARE) & (squares < np.inf))):
        largest = np.abs(vectors[row]).max(initial=0.0)
        known = np.isfinite(largest) and largest > 0
        vectors[row] = vectors[row] / largest if known else 0.0
        squares[row] = np.square(vectors[row]).sum()
    known_rows = squares > 0
    vectors /= np.sqrt(np.where(known_rows, squares, 1.0))[:, None]
    return vectors, known_rows


class _Cosines:
    """The cosines of vectors of length 1: of a block of them when one is asked for, or of all."""

    def __init__(self, units: Floats) -> None:
        self._units = units
        self._block_size = max(1, _PRODUCTS // max(1, units.size))
        self._blocks: dict[int, list[Floats]] = {}

    def to(self, place: int) -> Floats:
        block, row = divmod(place, self._block_size)
        if block not in self._blocks:
            start = block * self._block_size
            cosines = self._units[start : start + self._block_size] @ self._units.T
            self._blocks[block] = list(_rounded(cosines))
        return self._blocks[block][row]

    def to_all(self) -> Floats:
        """Half of the products: a is as like b as b is like a."""
        count, numbers = self._units.shape
        cosines = np.empty((count, count))
        start = 0
        while start < count:
            end = start + max(1, _PRODUCTS // max(1, numbers * (count - start)))
            block = self._units[start:end] @ self._units[start:].T
            cosines[start:end, start:] = block
            cosines[start:, start:end] = block.T
            start = end
        return _rounded(cosines)


def _rounded(cosines: Floats) -> Floats:
    cosines += _ROUNDING
    cosines -= _ROUNDING
    return cosines.clip(-1.0, 1.0, out=cosines)


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

    def to_all() -> Floats:
        return np.array([to(place) for place in range(len(sets))])

    return Similarity(to, to_all, int((sizes > 0).sum()))


def maximal_marginal_relevance(
    scores: Sequence[float], places: Sequence[int], similarity: Similarity, weight: float, top: int
) -> list[Pick]:
    """The `top` first of the documents at these places, best first; `weight` is lambda.

    `scores` and the similarity are by place. Equals keep their order in `places`.
    """
    if not places or top < 1:
        return []
    candidates = np.array(places, dtype=np.intp)
    count = min(top, len(places))
    row = _rows(similarity, candidates, at_once=2 * count > len(scores))
    relevance = weight * np.array([scores[place] for place in places])
    left = relevance.copy()
    """Of those that are not chosen."""
    marginal = relevance.copy()
    highest = np.full(len(places), -np.inf)
    chosen, similar = [], []
    for _ in range(count):
        best = int(marginal.argmax())
        chosen.append(best)
        similar.append(row(best))
        left[best] = -np.inf
        np.maximum(highest, similar[-1], out=highest)
        np.multiply(highest, weight - 1, out=marginal)
        np.add(marginal, left, out=marginal)
    return _picks(
        candidates[chosen].tolist(), relevance[chosen], np.array(similar)[:, chosen], weight
    )


def _rows(
    similarity: Similarity, candidates: npt.NDArray[np.intp], *, at_once: bool
) -> Callable[[int], Floats]:
    """Gives a candidate's similarity to each candidate, by its number among them."""
    if not at_once:
        return lambda number: similarity.to(int(candidates[number])).take(candidates)
    return list(similarity.to_all()[np.ix_(candidates, candidates)]).__getitem__


def _picks(places: Sequence[int], relevance: Floats, similar: Floats, weight: float) -> list[Pick]:
    """The choices in their order, by their relevance, and each's similarity to each."""
    similar[np.tri(len(places), dtype=bool)] = -np.inf  # to itself and to those after it
    nearest = similar.argmax(axis=0)
    highest = similar[nearest, np.arange(len(places))]
    relevance[1:] += highest[1:] * (weight - 1)
    of_each = zip(places, relevance.tolist(), nearest.tolist(), highest.tolist(), strict=True)
    rest = (Pick(at, gain, places[near], high) for at, gain, near, high in islice(of_each, 1, None))
    return [Pick(places[0], float(relevance[0]), None, 0.0), *rest]


def _numbers(values: Sequence[object]) -> Floats:
    """A row for each value, zeros for one that is no vector of numbers or has another length than
    most such vectors."""
    vectors = [value if _may_be_vector(value) else () for value in values]
    sizes = [len(each) for each in vectors if each]
    size = max(set(sizes), key=sizes.count, default=1)
    numbers = np.zeros((len(vectors), size))
    packed = struct.Struct(f"{size}d")  # numpy takes three times as long to read a list
    for place, each in enumerate(vectors):
        if len(each) == size:
            try:
                packed.pack_into(numbers.data, place * packed.size, *each)
            except (struct.error, OverflowError):
                # Those with a fault have no say in what is usual. All are looked for at once: of
                # each length there may be some.
                return _numbers([one if _holds_numbers(one) else () for one in vectors])
    return numbers


def _holds_numbers(vector: Sequence[object]) -> bool:
    try:
        struct.pack(f"{len(vector)}d", *vector)
    except (struct.error, OverflowError):
        return False
    return True


def _may_be_vector(value: object) -> TypeGuard[Sequence[object]]:
    return isinstance(value, list | tuple) and bool(value) and isinstance(value[0], int | float)


def _value_set(value: object) -> frozenset[str]:
    items = value if isinstance(value, list | tuple) else (value,)
    texts = (" ".join(read_value(item).casefold().split()) for item in items)
    return frozenset(text for text in texts if text)
