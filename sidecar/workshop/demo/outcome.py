"""What came of one query: its hits at their two places, and how long each stage took.

Both ways of running the demo, the embedded one and the one through a node, end in an Outcome.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sidecar.workshop.demo.collections import Document, Query

FirstStageHits = Sequence[tuple[Document, float]]
"""Documents with their BM25 scores, best first."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A document at its two places; places count from 1."""

    document: Document
    first_rank: int
    first_score: float
    rank: int
    score: float

    @property
    def climbed(self) -> int:
        """How many places up; below zero for a hit that fell."""
        return self.first_rank - self.rank


@dataclass(frozen=True, slots=True)
class Outcome:
    """A query's hits in the new order."""

    query: Query
    hits: tuple[Hit, ...]
    first_s: float
    rerank_s: float
    model_s: float | None = None
    """Seconds of `rerank_s` that the model ran, where the sidecar's answer reached us."""

    @property
    def first_stage(self) -> tuple[Hit, ...]:
        """The same hits in the order in which BM25 found them."""
        return tuple(sorted(self.hits, key=lambda hit: hit.first_rank))


def reordered(found: FirstStageHits, ranking: Sequence[tuple[int, float]]) -> tuple[Hit, ...]:
    """The hits of `found` in the order of `ranking`: pairs of an index into `found` and a score."""
    return tuple(
        Hit(*_at(found, index), rank=rank, score=score)
        for rank, (index, score) in enumerate(ranking, start=1)
    )


def _at(found: FirstStageHits, index: int) -> tuple[Document, int, float]:
    document, score = found[index]
    return document, index + 1, score
