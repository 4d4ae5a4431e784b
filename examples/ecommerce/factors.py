"""Factors on the parts of a score, fitted by coordinate ascent to maximise a quality measure."""

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
"""The parts that a factor multiplies. The model's part has no factor: only ratios matter."""
ONES: Mapping[str, float] = dict.fromkeys(GROUPS, 1.0)

_GROUP_SETS = [
    frozenset({"all matches"}),
    frozenset({"all matches", "match of title"}),
    frozenset({"all matches", "match of description"}),
    *(frozenset({group}) for group in ("brand", "identifier", "other signals")),
]


@dataclass(frozen=True)
class Grouped:
    """The parts of pairs as columns: one that no factor multiplies, and one per set of groups."""

    fixed: Floats
    groups: Floats

    @classmethod
    def of(cls, pairs: Sequence[Mapping[str, float]]) -> "Grouped":
        """From each pair's parts by "kind name"."""
        columns = np.zeros((len(pairs), len(_GROUP_SETS)))
        fixed = np.zeros(len(pairs))
        for row, parts in enumerate(pairs):
            for name, value in parts.items():
                groups = frozenset(group for group, matches in GROUPS.items() if matches(name))
                if groups:
                    columns[row, _GROUP_SETS.index(groups)] += value
                else:
                    fixed[row] += value
        return cls(fixed, columns)

    def subset(self, mask: NDArray[np.bool_]) -> "Grouped":
        """The pairs where `mask` is true."""
        return Grouped(self.fixed[mask], self.groups[mask])

    def scores(self, factors: Mapping[str, float]) -> Floats:
        """The logits with each part multiplied by the factors of its groups."""
        product = np.array(
            [math.prod(factors[group] for group in groups) for groups in _GROUP_SETS]
        )
        logits: Floats = self.fixed + self.groups @ product
        return logits


def fit(pairs: Grouped, quality: Callable[[Floats], float]) -> Factors:
    """The factors that maximise the `quality` of the scores, by coordinate ascent from 1.

    A factor changes only for a gain, so ties keep 1.
    """
    best, best_quality = dict(ONES), quality(pairs.scores(ONES))
    for _ in range(PASSES):
        before = best_quality
        for group in GROUPS:
            for step in STEPS:
                candidate = {**best, group: step}
                if (value := quality(pairs.scores(candidate))) > best_quality + 1e-9:
                    best, best_quality = candidate, value
        if best_quality == before:
            break
    return best


def folds(count: int, k: int, seed: int) -> list[NDArray[np.int64]]:
    """k disjoint test sets that cover 0..count-1, their sizes at most one apart."""
    order = np.random.default_rng(seed).permutation(count)
    return [np.sort(part) for part in np.array_split(order, k)]
