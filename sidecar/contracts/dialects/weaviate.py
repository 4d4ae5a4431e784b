"""Weaviate's `reranker-transformers` module: `documents` in, their scores in the same order out.

Source of the contract: crossencoder.py of weaviate/reranker-transformers, and its client in
Weaviate, which always sends `"property": ""` beside the documents: that marks its requests on the
shared path. The module's other form, one text under `property` and no documents, is not served: no
released Weaviate sends it.
"""

from sidecar.contracts.body import Body, DocumentList
from sidecar.contracts.dialect import DOCUMENTS, QUERY, Dialect
from sidecar.contracts.extras import extras
from sidecar.contracts.numbers import dumps
from sidecar.contracts.results import document_text, score_of
from sidecar.request import RankRequest, RankResult


class WeaviateBody(Body):
    documents: DocumentList
    property: str | None = None
    """Marks the dialect; without effect."""
    raw_scores: bool | None = None
    """Ours: logits instead of scores in [0, 1]."""

    def to_request(self) -> RankRequest:
        return self.request(
            self.query.text, self.documents, order="input", raw_scores=bool(self.raw_scores)
        )


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`{"query", "scores": [{"document", "score"}]}`; Weaviate goes by the order."""
    scores = [
        {
            "document": document_text(request.documents[item.index]),
            "score": score_of(request, item),
        }
        for item in result.ranked
    ]
    return dumps({"query": request.query, "scores": scores, **extras(result)})


_RESPONSE = {
    "type": "object",
    "required": ["query", "scores"],
    "properties": {
        "query": {"type": "string"},
        "scores": {
            "type": "array",
            "description": "In the order of the request.",
            "items": {
                "type": "object",
                "required": ["document", "score"],
                "properties": {"document": {"type": "string"}, "score": {"type": "number"}},
            },
        },
    },
}

WEAVIATE = Dialect(
    name="weaviate",
    title="Weaviate",
    paths=("/weaviate/rerank",),
    shared_paths=("/rerank",),
    marks=("property",),
    templates={"documents": {"query": QUERY, "documents": DOCUMENTS, "property": ""}},
    example={
        "query": "a book about whales",
        "documents": ["A captain hunts a white whale.", "A boy grows up in London."],
        "property": "",
    },
    body=WeaviateBody,
    response=_RESPONSE,
    encode=encode,
    complete=True,
)
