"""The outcome of one query: its hits in both orders, and how long each stage took."""

from collections.abc import Sequence
from dataclasses import dataclass

from sidecar.workshop.demo.collections import Document, Query

FirstStageHits = Sequence[tuple[Document, float]]
"""Documents with their BM25 scores, best first."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A document with its rank and score in both orders; ranks count from 1."""

    document: Document
    first_rank: int
    first_score: float
    rank: int
    score: float

    @property
    def climbed(self) -> int:
        """By how many ranks it rose; negative for a hit that fell."""
        return self.first_rank - self.rank


@dataclass(frozen=True, slots=True)
class Outcome:
    """A query's hits in the reranked order."""

    query: Query
    hits: tuple[Hit, ...]
    first_s: float
    rerank_s: float
    model_s: float | None = None
    """Seconds of `rerank_s` in which the model ran, if the sidecar's answer is at hand."""

    @property
    def first_stage(self) -> tuple[Hit, ...]:
        """The hits in BM25's order."""
        return tuple(sorted(self.hits, key=lambda hit: hit.first_rank))


def reordered(first: FirstStageHits, ranking: Sequence[tuple[int, float]]) -> tuple[Hit, ...]:
    """The hits of `first` in the order of `ranking`, which is (index into `first`, score)."""
    hits = []
    for rank, (index, score) in enumerate(ranking, start=1):
        document, first_score = first[index]
        hits.append(Hit(document, index + 1, first_score, rank, score))
    return tuple(hits)
