"""Jina's rerank API under its own prefix, which returns the documents by default.

Source of the contract: Jina's clients in langchain-community, llama-index, haystack and litellm.
On `/v1/rerank` the answer of Cohere v1 serves them; only the default of `return_documents` differs.
"""

from pydantic import Field

from sidecar.contracts.body import Body, Count, TextList
from sidecar.contracts.dialect import DOCUMENTS, QUERY, Dialect
from sidecar.contracts.extras import extras
from sidecar.contracts.numbers import dumps
from sidecar.contracts.results import (
    USAGE_SCHEMA,
    document_object,
    model_name,
    results_of,
    results_schema,
    usage,
)
from sidecar.request import RankRequest, RankResult


class JinaBody(Body):
    documents: TextList
    top_n: Count | None = None
    return_documents: bool | None = Field(None, description="true when absent.")
    raw_scores: bool | None = None
    """Ours: logits instead of scores in [0, 1]."""

    def to_request(self) -> RankRequest:
        return self.request(
            self.query.text,
            self.documents,
            top_n=self.top_n,
            raw_scores=bool(self.raw_scores),
            return_documents=self.return_documents is not False,
        )


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`{"model", "usage", "results"}`; a string's document is `{"text": ...}`."""
    return dumps(
        {
            "model": model_name(request, result),
            "usage": usage(result),
            "results": results_of(request, result, document_object),
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
    name="jina",
    title="Jina",
    paths=("/jina/v1/rerank",),
    templates={"documents": {"query": QUERY, "documents": DOCUMENTS}},
    example={
        "model": "jina-reranker-v2-base-multilingual",
        "query": "organic skincare for sensitive skin",
        "documents": ["Gentle cream with aloe, unscented", {"text": "Bold lipstick colours"}],
        "top_n": 2,
    },
    body=JinaBody,
    response=_RESPONSE,
    encode=encode,
)
