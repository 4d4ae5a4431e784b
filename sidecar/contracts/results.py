"""What the dialects' responses have in common: a result's score, its document, the tokens used, and
the schemas of these."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from sidecar.contracts.numbers import dumps, number
from sidecar.request import Document, Ranked, RankRequest, RankResult


def score_of(request: RankRequest, item: Ranked) -> np.float32:
    """The result's score, or its logit where the request asks for raw scores."""
    return number(item.logit if request.raw_scores else item.score)


def results_of(
    request: RankRequest, result: RankResult, document_of: Callable[[Document], object]
) -> list[dict[str, Any]]:
    """Each result's `index` and `relevance_score`, and where the request asks for documents its
    `document`, as `document_of` makes it."""
    results = []
    for item in result.ranked:
        entry: dict[str, Any] = {"index": item.index, "relevance_score": score_of(request, item)}
        if request.return_documents:
            entry["document"] = document_of(request.documents[item.index])
        results.append(entry)
    return results


def document_text(document: Document) -> str:
    """The document for dialects whose documents are strings: an object as JSON, {"text": ...} as
    its text."""
    source = document_object(document)
    only = source.get("text") if len(source) == 1 else None
    return only if isinstance(only, str) else dumps(source).decode()


def document_json(document: Document) -> str:
    """As `document_text`, but {"text": ...} is JSON as every other object is."""
    source = document.source
    return source if isinstance(source, str) else dumps(source).decode()


def document_object(document: Document) -> Mapping[str, object]:
    """The document for dialects whose documents are objects: a string as {"text": ...}."""
    source = document.source
    return {"text": source} if isinstance(source, str) else source


def model_name(request: RankRequest, result: RankResult) -> str:
    """The name that the client gave the model, else that of the model that ran."""
    return request.model or result.model


def usage(result: RankResult) -> dict[str, int]:
    """Tokens of the documents' pairs, under every key that one of the dialects' typed clients
    insists on. A reranker generates none."""
    return {"prompt_tokens": result.tokens, "total_tokens": result.tokens, "completion_tokens": 0}


USAGE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["prompt_tokens", "total_tokens", "completion_tokens"],
    "properties": {
        "prompt_tokens": {"type": "integer", "minimum": 0},
        "total_tokens": {"type": "integer", "minimum": 0},
        "completion_tokens": {"const": 0},
    },
}


def results_schema(
    score: str = "relevance_score", *, required: tuple[str, ...] = (), **others: Mapping[str, Any]
) -> dict[str, Any]:
    """An array of results. Each has an index, a number under the key `score`, and may have the
    `others`, of which some are `required`."""
    properties = {"index": {"type": "integer", "minimum": 0}, score: {"type": "number"}, **others}
    item = {"type": "object", "required": ["index", score, *required], "properties": properties}
    return {"type": "array", "items": item}
