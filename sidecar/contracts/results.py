"""What the dialects' answers have in common: a result's value, its document, the tokens used, and
the schemas of these."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from sidecar.contracts.numbers import dumps, number
from sidecar.request import Document, Ranked, RankRequest, RankResult


def value(request: RankRequest, item: Ranked) -> np.float32:
    """The score, or the logit where the request asks for raw scores."""
    return number(item.logit if request.raw_scores else item.score)


def text(document: Document) -> str:
    """The document for dialects that know strings alone: an object as JSON, {"text": ...} as its
    text."""
    source = as_object(document)
    only = source.get("text") if len(source) == 1 else None
    return only if isinstance(only, str) else dumps(source).decode()


def json_text(document: Document) -> str:
    """As `text`, but {"text": ...} is JSON as every other object is."""
    source = document.source
    return source if isinstance(source, str) else dumps(source).decode()


def as_object(document: Document) -> Mapping[str, object]:
    """The document for dialects that answer with objects: a string as {"text": ...}."""
    source = document.source
    return {"text": source} if isinstance(source, str) else source


def model(request: RankRequest, result: RankResult) -> str:
    """The model's name as the client gave it, else the one that ran."""
    return request.model or result.model


def usage(result: RankResult) -> dict[str, int]:
    """Tokens of the documents' pairs; a cross-encoder writes none."""
    return {"prompt_tokens": result.tokens, "total_tokens": result.tokens}


USAGE_SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["prompt_tokens", "total_tokens"],
    "properties": {
        "prompt_tokens": {"type": "integer", "minimum": 0},
        "total_tokens": {"type": "integer", "minimum": 0},
    },
}


def results_schema(
    value: str = "relevance_score", *, required: tuple[str, ...] = (), **beside: Mapping[str, Any]
) -> dict[str, Any]:
    """An array of results: each has its index, its value under that key, and what is `required`
    of the keys `beside` them."""
    properties = {"index": {"type": "integer", "minimum": 0}, value: {"type": "number"}, **beside}
    item = {"type": "object", "required": ["index", value, *required], "properties": properties}
    return {"type": "array", "items": item}
