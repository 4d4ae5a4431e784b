"""Every place of documents in every dialect, a body for each, and the scores of any answer.

All of it comes from the dialects themselves, so that a new one is tested without a word here.
"""

import json
from collections.abc import Iterator
from typing import Any

from sidecar.contracts.dialect import DOCUMENTS, LINES, OBJECTS, PAIRS, QUERY, QUESTIONS, Dialect
from sidecar.contracts.routes import ROUTES

SHAPES = [
    (path, key) for path, keys in ROUTES.items() for key, dialect in keys.items() if dialect.ranks
]
"""Every path that ranks, with every key of the body that may hold the documents there."""


def dialect_of(path: str, key: str) -> Dialect:
    """The dialect of a body without marks."""
    return ROUTES[path][key]


def body_of(path: str, key: str, query: str, documents: list[Any]) -> dict[str, Any]:
    """The dialect's template with a query and documents in it."""
    values = {
        QUERY: query,
        DOCUMENTS: documents,
        OBJECTS: [{"text": each} if isinstance(each, str) else each for each in documents],
        PAIRS: [[query, each] for each in documents],
        QUESTIONS: [{"question": query, "context": each} for each in documents],
        LINES: "\n".join(each if isinstance(each, str) else json.dumps(each) for each in documents),
    }

    def fill(part: Any) -> Any:
        if isinstance(part, dict):
            return {name: fill(value) for name, value in part.items()}
        if isinstance(part, list):
            return [fill(value) for value in part]
        return values.get(part, part) if isinstance(part, str) else part

    body: dict[str, Any] = fill(dialect_of(path, key).templates[key])
    return body


def url_of(path: str) -> str:
    """The path with its places filled."""
    return path.replace("{model}", "nvidia/model-1b")


def indexed(body: Any) -> Iterator[tuple[int, float]]:
    """(index, score) of each result in an answer of any dialect. A result without an index is at
    its place in the answer: in the request's order, or Gradio's."""
    if isinstance(body, dict) and "data" in body and isinstance(body["data"][0], list):
        yield from enumerate(body["data"][1])
        return
    if isinstance(body, dict) and "output" in body:
        body = body["output"]
    lists = body.values() if isinstance(body, dict) else [body]
    results = next(each for each in lists if isinstance(each, list))
    for place, result in enumerate(results):
        if isinstance(result, float):
            yield place, result
            continue
        if isinstance(result, list):  # TEI's predictions: one for each class
            (result,) = result
        # A result's one number beside its index; scores always have a point or an exponent.
        (score,) = (value for value in result.values() if isinstance(value, float))
        yield result.get("index", place), score
