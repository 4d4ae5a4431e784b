"""Two result lists made one by reciprocal rank fusion.

score(hit) = sum over the lists that have it of 1 / (60 + its rank there, from 1)

The formula and its 60 are of Cormack, Clarke and Buettcher (SIGIR 2009); both engines' own rrf
retriever and processor have the same default. Done here because neither can be counted on: one
needs a licence, the other a version.
"""

from collections.abc import Sequence
from typing import Any

from es_integration.search.options import Body

RANK_CONSTANT = 60

Key = tuple[str, str]


def rrf(lists: Sequence[Sequence[Key]]) -> list[tuple[Key, float]]:
    """Each key once with its score, the best first; equals in the order of the first list that
    has them."""
    scores: dict[Key, float] = {}
    for keys in lists:
        for rank, key in enumerate(keys, start=1):
            scores[key] = scores.get(key, 0.0) + 1 / (RANK_CONSTANT + rank)
    return sorted(scores.items(), key=lambda pair: -pair[1])


def fused(by_query: Body, by_vector: Body, window: int) -> Body:
    """The query's answer with both lists' best hits, `window` at most, under their fused scores.

    A hit that both have is shown as the query found it. Aggregations and suggestions are the
    query's. The total counts what either found, and is a lower bound where not all of it was seen.
    """
    hits = {_key(hit): hit for answer in (by_vector, by_query) for hit in answer["hits"]["hits"]}
    lists = [[_key(hit) for hit in each["hits"]["hits"]] for each in (by_query, by_vector)]
    best = rrf(lists)[:window]
    shown: dict[str, Any] = {
        **by_query["hits"],
        "max_score": best[0][1] if best else None,
        "hits": [{**hits[key], "_score": score} for key, score in best],
    }
    if isinstance(total := shown.get("total"), dict):
        shown["total"] = _total(total, len(lists[0]), len(hits))
    return {
        **by_query,
        "took": max(each.get("took", 0) for each in (by_query, by_vector)),
        "timed_out": any(each.get("timed_out", False) for each in (by_query, by_vector)),
        "hits": shown,
    }


def _total(of_query: Body, seen: int, either: int) -> Body:
    if of_query["relation"] == "eq" and of_query["value"] <= seen:
        return {"value": either, "relation": "eq"}
    # Which of the vectors' hits match the query further down is not known.
    relation = of_query["relation"] if either == seen else "gte"
    return {"value": max(of_query["value"], either), "relation": relation}


def _key(hit: Body) -> Key:
    return hit["_index"], hit["_id"]
