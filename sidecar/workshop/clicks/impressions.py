"""What was shown and what was clicked, as the click models count it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Numbers = NDArray[np.int32]
"""Numbers of searches, documents, texts and pairs, and positions: 4 bytes, for there are many rows.
Products of them need `joint`."""
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
BLOCK_ROWS = 500_000
"""Rows that are sorted at a time."""


@dataclass(frozen=True)
class Impressions:
    """One row per document that a search showed: search by search, each from top to bottom."""

    search: Numbers
    """Rises; which search showed it."""
    position: Numbers
    """From 1."""
    pair: Numbers
    """Which (query, document), from 0 to `pairs` - 1."""
    clicked: Bools
    pairs: int

    def __len__(self) -> int:
        return len(self.search)


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

    pair: Numbers
    """(lists, longest): the pairs from top to bottom, -1 behind a shorter list."""
    clicked: Bools
    """(lists, longest)"""
    times: Floats
    """(lists): how many searches showed this list and got these clicks."""
    pairs: int


def joint(first: Numbers, second: Numbers, width: int) -> Ints:
    """One number for both, that sorts as they do; `second` is less than `width`."""
    key = first.astype(np.int64)  # then in place: there may be one for each row
    key *= width
    key += second
    return key


def numbered(values: Ints) -> tuple[Ints, Numbers]:
    """The distinct values in order, and the number of each value among them.

    As `np.unique` does, but block by block: the order of all values would take most of the memory.
    """
    distinct, numbers = [], []
    for at in range(0, max(1, len(values)), BLOCK_ROWS):
        found, inverse = np.unique(values[at : at + BLOCK_ROWS], return_inverse=True)
        distinct.append(found)
        numbers.append(inverse.astype(np.int32))
    every = np.unique(np.concatenate(distinct))
    for at, found in enumerate(distinct):
        numbers[at] = np.searchsorted(every, found).astype(np.int32)[numbers[at]]
    return every, np.concatenate(numbers)


def ranks(search: Numbers) -> Numbers:
    """Each row's place in its search, from 0; the rows of a search lie together."""
    starts = np.flatnonzero(np.diff(search, prepend=np.int32(-1))).astype(np.int32)
    lengths = np.diff(starts, append=np.int32(len(search)))
    return np.arange(len(search), dtype=np.int32) - np.repeat(starts, lengths)


def count_cells(impressions: Impressions) -> Cells:
    """The impressions as cells, by pair and then position."""
    width = int(impressions.position.max(initial=0)) + 1
    cell, index = numbered(joint(impressions.pair, impressions.position, width))
    shown = np.bincount(index, minlength=len(cell)).astype(float)
    clicked = np.bincount(index[impressions.clicked], minlength=len(cell)).astype(float)
    return Cells(cell // width, cell % width, shown, clicked, impressions.pairs)


def distinct_lists(impressions: Impressions) -> Lists:
    """The impressions as lists. A list is told from another by a hash of 64 bits: among a million
    lists two share one with a chance of 3e-8."""
    rank = ranks(impressions.search)
    starts = np.flatnonzero(rank == 0)
    lengths = np.diff(starts, append=len(rank))
    longest = int(lengths.max(initial=0))
    factors = np.random.default_rng(0).integers(1, 2**63, size=longest, dtype=np.uint64) | 1
    outcome = impressions.pair.astype(np.uint64) * 2 + impressions.clicked + 1
    hashes = np.add.reduceat(_mixed(outcome) * factors[rank], starts)
    _, first, times = np.unique(hashes, return_index=True, return_counts=True)
    order = np.argsort(first)
    first, times = first[order], times[order]
    is_first = np.zeros(len(starts), bool)
    is_first[first] = True
    kept = np.repeat(is_first, lengths)
    filled = np.arange(longest) < lengths[first, None]
    pair = np.full(filled.shape, -1, np.int32)
    clicked = np.zeros(filled.shape, bool)
    pair[filled], clicked[filled] = impressions.pair[kept], impressions.clicked[kept]
    return Lists(pair, clicked, times.astype(float), impressions.pairs)


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The values with their bits mixed (the finaliser of SplitMix64): sums of plain small numbers
    times odd factors would collide for related lists."""
    mixed = values ^ (values >> np.uint64(30))  # from here in place: there is one for each row
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    mixed ^= mixed >> np.uint64(31)
    return mixed
