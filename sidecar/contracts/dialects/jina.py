"""Jina's rerank API under its own prefix, where documents come back unless they are not wanted.

Source of the contract: Jina's clients in langchain-community, llama-index, haystack and litellm.
On `/v1/rerank` the answer of Cohere v1 serves them; only the default of `return_documents` differs.
"""

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from sidecar.contracts.body import Body, Count, TextList, validate
from sidecar.contracts.dialect import Dialect
from sidecar.contracts.extras import extras
from sidecar.contracts.numbers import dumps
from sidecar.contracts.results import (
    USAGE_SCHEMA,
    as_object,
    model,
    results_schema,
    usage,
    value,
)
from sidecar.request import RankRequest, RankResult


class JinaBody(Body):
    documents: TextList
    top_n: Count | None = None
    return_documents: bool | None = Field(None, description="true when absent.")
    raw_scores: bool | None = None
    """Ours: logits instead of scores in [0, 1]."""


def decode(body: Mapping[str, Any]) -> RankRequest:
    """Raises InvalidRequest with the JSON path of the fault."""
    valid = validate(JinaBody, body)
    return valid.request(
        valid.documents,
        top_n=valid.top_n,
        raw_scores=bool(valid.raw_scores),
        return_documents=valid.return_documents is not False,
    )


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`{"model", "usage", "results"}`; a string's document is `{"text": ...}`."""
    results = []
    for item in result.ranked:
        entry: dict[str, Any] = {"index": item.index, "relevance_score": value(request, item)}
        if request.return_documents:
            entry["document"] = as_object(request.documents[item.index])
        results.append(entry)
    return dumps(
        {
            "model": model(request, result),
            "usage": usage(result),
            "results": results,
            **extras(result),
        }
    )


_RESPONSE = {
    "type": "object",
    "required": ["model", "usage", "results"],
    "properties": {
        "model": {"type": "string"},
        "usage": USAGE_SCHEMA,
        "results": results_schema(document={"type": "object"}),
    },
}

JINA = Dialect(
    "jina",
    JinaBody,
    decode,
    encode,
    _RESPONSE,
    {
        "model": "jina-reranker-v2-base-multilingual",
        "query": "organic skincare for sensitive skin",
        "documents": ["Gentle cream with aloe, unscented", {"text": "Bold lipstick colours"}],
        "top_n": 2,
    },
)
