"""What every search showed, and what users did with it."""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sidecar.workshop.clicks.impressions import (
    Bools,
    Floats,
    Impressions,
    Ints,
    Numbers,
    joint,
    numbered,
)


@dataclass(frozen=True)
class Searches:
    """The searches, and one row per document that they showed: search by search, top to bottom."""

    text: Numbers
    """The number of the query's text, -1 where it is not known or blank."""
    time_s: Floats
    client: Ints
    """0 where it is not known."""
    is_bot: Bools
    row_search: Numbers
    row_document: Numbers
    row_position: Numbers
    """From 1."""
    row_clicked: Bools
    row_actions: NDArray[np.unsignedinteger[Any]]
    """The later actions that were taken: a bit for each."""

    def __len__(self) -> int:
        return len(self.text)

    def where(self, kept: Bools) -> "Searches":
        """The searches for which `kept` is true, with their rows."""
        if kept.all():
            return self
        rows = kept[self.row_search]
        number = np.cumsum(kept, dtype=np.int32) - 1
        columns: dict[str, Any] = vars(self)
        chosen = {
            name: column[rows if name.startswith("row_") else kept]
            for name, column in columns.items()
        }
        return Searches(**{**chosen, "row_search": number[self.row_search[rows]]})


class Pairs(NamedTuple):
    """The (query, document) pairs; an entry for each in each array."""

    text: Ints
    document: Ints
    shown: Ints
    clicked: Ints
    actions: Ints
    """(pairs, later actions): in how many searches each was taken."""


def pairs_of(searches: Searches, documents: int, later_actions: int) -> tuple[Impressions, Pairs]:
    """The rows as impressions of pairs, and the pairs. Every search has a text."""
    key = joint(searches.text[searches.row_search], searches.row_document, documents)
    unique, pair = numbered(key)
    count = len(unique)
    taken = [
        np.bincount(pair[(searches.row_actions >> action) & 1 > 0], minlength=count)
        for action in range(later_actions)
    ]
    pairs = Pairs(
        unique // max(documents, 1),
        unique % max(documents, 1),
        np.bincount(pair, minlength=count),
        np.bincount(pair[searches.row_clicked], minlength=count),
        np.stack(taken, axis=1) if taken else np.zeros((count, 0), np.int64),
    )
    shown = Impressions(
        searches.row_search, searches.row_position, pair, searches.row_clicked, count
    )
    return shown, pairs
