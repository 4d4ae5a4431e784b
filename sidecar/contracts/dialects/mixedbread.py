"""Mixedbread's reranking API: `input` in, `data` with scores out.

Source of the contract: mixedbread 0.54 (ClientRerankParams, RerankResponse). `rewrite_query` is
accepted and without effect.
"""

from typing import Any

from sidecar.contracts.body import Body, Count, DocumentList, select_fields
from sidecar.contracts.control import FieldList
from sidecar.contracts.dialect import DOCUMENTS, QUERY, Dialect
from sidecar.contracts.extras import extras
from sidecar.contracts.numbers import dumps
from sidecar.contracts.results import (
    USAGE_SCHEMA,
    model_name,
    results_schema,
    score_of,
    usage,
)
from sidecar.request import RankRequest, RankResult


class MixedbreadBody(Body):
    input: DocumentList
    rank_fields: FieldList | None = None
    top_k: Count | None = None
    return_input: bool | None = None
    rewrite_query: bool | None = None
    raw_scores: bool | None = None
    """Ours: logits instead of scores in [0, 1]."""

    def to_request(self) -> RankRequest:
        return self.request(
            self.query.text,
            select_fields(self.input, self.rank_fields or ()),
            top_n=self.top_k,
            raw_scores=bool(self.raw_scores),
            return_documents=bool(self.return_input),
        )


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`top_k` is the number of results; an input comes back as it was sent."""
    data = []
    for item in result.ranked:
        entry: dict[str, Any] = {"index": item.index, "score": score_of(request, item)}
        if request.return_documents:
            entry["input"] = request.documents[item.index].source
        data.append({**entry, "object": "rank_result"})
    return dumps(
        {
            "usage": usage(result),
            "model": model_name(request, result),
            "data": data,
            "object": "list",
            "top_k": len(data),
            "return_input": request.return_documents,
            **extras(result),
        }
    )


_RESPONSE = {
    "type": "object",
    "required": ["usage", "model", "data", "object", "top_k", "return_input"],
    "properties": {
        "usage": USAGE_SCHEMA,
        "model": {"type": "string"},
        "data": results_schema(
            "score",
            required=("object",),
            input={"type": ["string", "object"]},
            object={"const": "rank_result"},
        ),
        "object": {"const": "list"},
        "top_k": {"type": "integer", "minimum": 0},
        "return_input": {"type": "boolean"},
    },
}

MIXEDBREAD = Dialect(
    name="mixedbread",
    title="Mixedbread",
    paths=("/v1/reranking",),
    templates={"input": {"query": QUERY, "input": DOCUMENTS}},
    example={
        "model": "mixedbread-ai/mxbai-rerank-large-v2",
        "query": "who wrote To Kill a Mockingbird",
        "input": ["Harper Lee wrote it in 1960.", {"title": "Moby-Dick", "author": "Melville"}],
        "rank_fields": ["title", "author"],
        "top_k": 2,
        "return_input": True,
    },
    body=MixedbreadBody,
    response=_RESPONSE,
    encode=encode,
)
