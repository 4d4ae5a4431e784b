"""Fuses two result lists into one by reciprocal rank fusion.

score(hit) = sum over the lists that contain it of 1 / (60 + its rank there, from 1)

The formula and its 60 are from Cormack, Clarke and Buettcher (SIGIR 2009); the rrf retriever and
processor of both search engines have the same default. Done here because one of them needs a
licence, the other a recent version.
"""

from collections.abc import Sequence
from typing import Any

from es_integration.cluster.procedure import Body

RANK_CONSTANT = 60

Key = tuple[str, str]
"""Index and ID of a hit."""


def rrf(lists: Sequence[Sequence[Key]]) -> list[tuple[Key, float]]:
    """Each key once with its fused score, best first; ties in the order of the first list that has
    them."""
    scores: dict[Key, float] = {}
    for keys in lists:
        for rank, key in enumerate(keys, start=1):
            scores[key] = scores.get(key, 0.0) + 1 / (RANK_CONSTANT + rank)
    return sorted(scores.items(), key=lambda scored: -scored[1])


def fuse(query_answer: Body, knn_answer: Body, rank_window: int) -> Body:
    """The query's answer with the best hits of both lists, at most `rank_window`, and their fused
    scores.

    A hit that is in both is shown as the query found it. Aggregations and suggestions are the
    query's. The total counts the hits of either, and is a lower bound when not all were seen.
    """
    answers = (query_answer, knn_answer)
    hits = {_key(hit): hit for answer in reversed(answers) for hit in answer["hits"]["hits"]}
    lists = [[_key(hit) for hit in answer["hits"]["hits"]] for answer in answers]
    best = rrf(lists)[:rank_window]
    fused_hits: dict[str, Any] = {
        **query_answer["hits"],
        "max_score": best[0][1] if best else None,
        "hits": [{**hits[key], "_score": score} for key, score in best],
    }
    if isinstance(total := fused_hits.get("total"), dict):
        fused_hits["total"] = _total(total, len(lists[0]), len(hits))
    return {
        **query_answer,
        "took": max(answer.get("took", 0) for answer in answers),
        "timed_out": any(answer.get("timed_out", False) for answer in answers),
        "hits": fused_hits,
    }


def _total(query_total: Body, query_hits: int, distinct_hits: int) -> Body:
    if query_total["relation"] == "eq" and query_total["value"] <= query_hits:
        return {"value": distinct_hits, "relation": "eq"}
    # It is unknown which of the vectors' hits match the query beyond the hits that were seen.
    relation = query_total["relation"] if distinct_hits == query_hits else "gte"
    return {"value": max(query_total["value"], distinct_hits), "relation": relation}


def _key(hit: Body) -> Key:
    return hit["_index"], hit["_id"]
