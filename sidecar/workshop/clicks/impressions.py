"""What was shown and what was clicked, as the click models count it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Impressions:
    """One row per document that a search showed: search by search, each from top to bottom."""

    search: Ints
    """Rises; which search showed it."""
    position: Ints
    """From 1."""
    pair: Ints
    """Which (query, document), from 0 to `pairs` - 1."""
    clicked: Bools
    pairs: int

    def __len__(self) -> int:
        return len(self.search)

    def of_searches(self, chosen: Bools) -> "Impressions":
        """The rows of the searches for which `chosen` is true; pairs keep their numbers."""
        rows = chosen[self.search]
        return Impressions(
            self.search[rows], self.position[rows], self.pair[rows], self.clicked[rows], self.pairs
        )


@dataclass(frozen=True)
class Cells:
    """Impressions counted by pair and position: all that the position-based model looks at."""

    pair: Ints
    position: Ints
    shown: Floats
    clicked: Floats
    pairs: int


@dataclass(frozen=True)
class Lists:
    """Distinct result lists with their clicks: all that the cascade models look at."""

    pair: NDArray[np.int32]
    """(lists, longest): the pairs from top to bottom, -1 behind a shorter list."""
    clicked: Bools
    """(lists, longest)"""
    times: Floats
    """(lists): how many searches showed this list and got these clicks."""
    pairs: int


def count_cells(impressions: Impressions) -> Cells:
    """The impressions as cells, by pair and then position."""
    width = int(impressions.position.max(initial=0)) + 1
    key = impressions.pair * width + impressions.position
    cell, index = np.unique(key, return_inverse=True)
    shown = np.bincount(index, minlength=len(cell)).astype(float)
    clicked = np.bincount(index, impressions.clicked, len(cell)).astype(float)
    return Cells(cell // width, cell % width, shown, clicked, impressions.pairs)


def distinct_lists(impressions: Impressions) -> Lists:
    """The impressions as lists. A list is told from another by a hash of 64 bits: among a million
    lists two share one with a chance of 3e-8."""
    starts = np.flatnonzero(np.diff(impressions.search, prepend=-1))
    lengths = np.diff(starts, append=len(impressions))
    longest = int(lengths.max(initial=0))
    row = np.repeat(np.arange(len(starts)), lengths)
    rank = np.arange(len(impressions)) - np.repeat(starts, lengths)
    factors = np.random.default_rng(0).integers(1, 2**63, size=longest, dtype=np.uint64) | 1
    outcome = (impressions.pair * 2 + impressions.clicked + 1).astype(np.uint64)
    hashes = np.zeros(len(starts), np.uint64)
    np.add.at(hashes, row, _mixed(outcome) * factors[rank])
    _, first, times = np.unique(hashes, return_index=True, return_counts=True)
    order = np.argsort(first)
    first, times = first[order], times[order]
    number = np.full(len(starts), -1)
    number[first] = np.arange(len(first))
    kept = number[row] >= 0
    pair = np.full((len(first), longest), -1, np.int32)
    clicked = np.zeros((len(first), longest), bool)
    pair[number[row[kept]], rank[kept]] = impressions.pair[kept]
    clicked[number[row[kept]], rank[kept]] = impressions.clicked[kept]
    return Lists(pair, clicked, times.astype(float), impressions.pairs)


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The values with their bits mixed (the finaliser of SplitMix64): sums of plain small numbers
    times odd factors would collide for related lists."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))
