"""A body with given documents for any route and any of its keys, and the path to post it to."""

from collections.abc import Iterator
from typing import Any

from sidecar.contracts.dialects.score import SIDES
from sidecar.contracts.routes import ROUTES

SHAPES = [(path, key) for path, keys in ROUTES.items() for key in keys]
"""Every path with every key of the body that may hold the documents there."""


def body_of(path: str, key: str, query: str, documents: list[Any]) -> dict[str, Any]:
    """The smallest body."""
    if path in ("/score", "/v1/score"):
        return {SIDES[key]: query, key: documents}
    if path == "/api/predict":
        return {key: [query, "\n".join(map(str, documents))]}
    return {"query": query, key: documents}


def url_of(path: str) -> str:
    """The path with its places filled."""
    return path.replace("{model}", "nvidia/model-1b")


def indexed(body: Any) -> Iterator[tuple[int, float]]:
    """(index, score) of each result in an answer of any dialect; Gradio's have places alone."""
    if isinstance(body, dict) and "data" in body and isinstance(body["data"][0], list):
        yield from enumerate(body["data"][1])
        return
    items = body
    if isinstance(body, dict):
        items = next(body[key] for key in ("results", "data", "rankings") if key in body)
    for item in items:
        score = next(item[key] for key in ("relevance_score", "score", "logit") if key in item)
        yield item["index"], score
