"""A row with its hits in the new order.

A hit's `_score` is the model's, and `_first_stage_score` what it was. Hits behind the window follow
as they were.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sidecar.workshop.bulk.row_ranker import Ranking
from sidecar.workshop.evaluation.candidates import raw_hits

FIRST_STAGE_SCORE = "_first_stage_score"
"""As in the answers of two-stage search."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Which hits of a ranked row the output has."""

    top_n: int | None = None
    min_score: float | None = None
    """In [0, 1]. Hits behind the window, which have no score, go too."""


def selected(ranking: Ranking, hits: int, selection: Selection) -> list[tuple[int, float | None]]:
    """Which of so many hits the output has, in its order: (index, score), None for one that lies
    behind the window."""
    chosen: list[tuple[int, float | None]] = [
        (index, score)
        for index, score in zip(ranking.order, ranking.scores, strict=True)
        if selection.min_score is None or score >= selection.min_score
    ]
    if selection.min_score is None:
        chosen += [(index, None) for index in range(len(ranking.order), hits)]
    return chosen[: selection.top_n]


def reranked(value: Mapping[str, Any], ranking: Ranking, selection: Selection) -> dict[str, Any]:
    """The row with its hits in the order of the ranking."""
    given = raw_hits(value)
    hits = [
        given[index] if score is None else _scored(given[index], score)
        for index, score in selected(ranking, len(given), selection)
    ]
    wrapped = isinstance(value["hits"], Mapping)
    return {**value, "hits": {**value["hits"], "hits": hits} if wrapped else hits}


def _scored(hit: Mapping[str, Any], score: float) -> dict[str, Any]:
    first_stage = {FIRST_STAGE_SCORE: hit["_score"]} if hit.get("_score") is not None else {}
    return {**hit, "_score": score, **first_stage}
