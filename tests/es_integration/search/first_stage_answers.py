"""Answers of a first stage as the clusters give them, made of letters."""

from typing import Any


def answer(names: str, total: int | None = None, relation: str = "eq") -> dict[str, Any]:
    """A first-stage answer with a hit per letter, the best first."""
    hits = [
        {"_index": "i", "_id": name, "_score": float(len(names) - at), "highlight": {"t": [name]}}
        for at, name in enumerate(names)
    ]
    hits_part: dict[str, Any] = {"max_score": 9.0, "hits": hits}
    if total is not None:
        hits_part["total"] = {"value": total, "relation": relation}
    return {"took": 3, "timed_out": False, "hits": hits_part, "aggregations": {"n": {"value": 1}}}


def names(answer: dict[str, Any]) -> str:
    return "".join(hit["_id"] for hit in answer["hits"]["hits"])
