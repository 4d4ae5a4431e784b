"""Voyage's rerank API: `top_k` and `truncation` in, `data` and `usage.total_tokens` out.

Source of the contract: voyageai 0.5 (`Reranking.create`, `RerankingObject`) and litellm. Voyage's
client always sends `"top_k": null` and `truncation`, which mark its requests on the shared path.
"""

from sidecar.contracts.body import Body, Count, DocumentList
from sidecar.contracts.dialect import DOCUMENTS, QUERY, Dialect
from sidecar.contracts.extras import extras
from sidecar.contracts.numbers import dumps
from sidecar.contracts.results import (
    USAGE_SCHEMA,
    document_text,
    model_name,
    results_of,
    results_schema,
    usage,
)
from sidecar.request import RankRequest, RankResult


class VoyageBody(Body):
    documents: DocumentList
    top_k: Count | None = None
    truncation: bool | None = None
    """false: a pair that is too long is an error."""
    return_documents: bool | None = None
    raw_scores: bool | None = None
    """Ours: logits instead of scores in [0, 1]."""

    def to_request(self) -> RankRequest:
        return self.request(
            self.query.text,
            self.documents,
            top_n=self.top_k,
            cut=None if self.truncation is False else "right",
            raw_scores=bool(self.raw_scores),
            return_documents=bool(self.return_documents),
        )


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`{"object", "data", "model", "usage"}`; a document comes back as a string."""
    return dumps(
        {
            "object": "list",
            "data": results_of(request, result, document_text),
            "model": model_name(request, result),
            "usage": usage(result),
            **extras(result),
        }
    )


_RESPONSE = {
    "type": "object",
    "required": ["object", "data", "model", "usage"],
    "properties": {
        "object": {"const": "list"},
        "data": results_schema(document={"type": "string"}),
        "model": {"type": "string"},
        "usage": USAGE_SCHEMA,
    },
}

VOYAGE = Dialect(
    name="voyage",
    title="Voyage",
    paths=("/voyage/v1/rerank",),
    shared_paths=("/v1/rerank",),
    marks=("top_k", "truncation"),
    templates={
        "documents": {"query": QUERY, "documents": DOCUMENTS, "top_k": None, "truncation": True}
    },
    example={
        "query": "when is the warranty void",
        "documents": ["Opening the case voids the warranty.", "The warranty card is in the box."],
        "model": "rerank-2.5",
        "top_k": None,
        "truncation": True,
    },
    body=VoyageBody,
    response=_RESPONSE,
    encode=encode,
)
