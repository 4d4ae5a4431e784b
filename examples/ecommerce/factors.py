"""Factors on a profile's parts, fitted by coordinate ascent on a quality that is to be high."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Factors = dict[str, float]
"""By group."""

STEPS = (0.0, 0.25, 0.5, 1.0, 1.5, 2.0)
PASSES = 3
GROUPS: Mapping[str, Callable[[str], bool]] = {
    "all matches": lambda part: part.startswith("field "),
    "match of title": lambda part: part == "field title",
    "match of description": lambda part: part == "field description",
    "brand": lambda part: part == "signal brand",
    "identifier": lambda part: part == "signal identifier",
    "other signals": lambda part: (
        part.startswith("signal ") and part not in ("signal brand", "signal identifier")
    ),
}
"""What a factor multiplies. The model's part keeps 1: only the ratio of the two orders anything."""
ONES: Mapping[str, float] = dict.fromkeys(GROUPS, 1.0)

_SETS = [
    frozenset({"all matches"}),
    frozenset({"all matches", "match of title"}),
    frozenset({"all matches", "match of description"}),
    *(frozenset({group}) for group in ("brand", "identifier", "other signals")),
]


@dataclass(frozen=True)
class Grouped:
    """The parts of pairs as columns: what no factor multiplies, and one per set of groups."""

    fixed: Floats
    groups: Floats

    @classmethod
    def of(cls, pairs: Sequence[Mapping[str, float]]) -> "Grouped":
        """From each pair's parts by "kind name"."""
        columns = np.zeros((len(pairs), len(_SETS)))
        fixed = np.zeros(len(pairs))
        for row, parts in enumerate(pairs):
            for name, value in parts.items():
                places = frozenset(group for group, takes in GROUPS.items() if takes(name))
                if places:
                    columns[row, _SETS.index(places)] += value
                else:
                    fixed[row] += value
        return cls(fixed, columns)

    def some(self, chosen: NDArray[np.bool_]) -> "Grouped":
        """The pairs for which `chosen` is true."""
        return Grouped(self.fixed[chosen], self.groups[chosen])

    def scores(self, factors: Mapping[str, float]) -> Floats:
        """The logits with each part multiplied by the factors of the groups that it is in."""
        product = np.array([math.prod(factors[group] for group in places) for places in _SETS])
        logits: Floats = self.fixed + self.groups @ product
        return logits


def fit(pairs: Grouped, quality: Callable[[Floats], float]) -> Factors:
    """The factors of the best `quality` of the pairs' scores that coordinate ascent from 1 finds.

    A change must gain, so 1 wins ties.
    """
    best, reached = dict(ONES), quality(pairs.scores(ONES))
    for _ in range(PASSES):
        before = reached
        for group in GROUPS:
            for step in STEPS:
                tried = {**best, group: step}
                if (found := quality(pairs.scores(tried))) > reached + 1e-9:
                    best, reached = tried, found
        if reached == before:
            break
    return best


def folds(count: int, k: int, seed: int) -> list[NDArray[np.int64]]:
    """k disjoint test sets that cover 0..count-1, their sizes at most one apart."""
    order = np.random.default_rng(seed).permutation(count)
    return [np.sort(part) for part in np.array_split(order, k)]
