"""infinity's rerank API: Cohere's keys, documents as strings, and FastAPI's errors.

Source of the contract: fastapi_schemas/pymodels.py of infinity and infinity_client 0.0.78, whose
parser accepts `object` "rerank" alone and iterates over the `detail` of a 422. The client always
sends `raw_scores`, which marks its requests on the shared path.
"""

from collections.abc import Mapping
from typing import Any

from sidecar.contracts import stamp
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


class InfinityBody(Body):
    documents: DocumentList
    return_documents: bool | None = None
    raw_scores: bool | None = None
    """true: logits instead of scores in [0, 1]."""
    top_n: Count | None = None

    def to_request(self) -> RankRequest:
        return self.request(
            self.query.text,
            self.documents,
            top_n=self.top_n,
            raw_scores=bool(self.raw_scores),
            return_documents=bool(self.return_documents),
        )


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`{"object", "results", "model", "usage", "id", "created"}`."""
    return dumps(
        {
            "object": "rerank",
            "results": results_of(request, result, document_text),
            "model": model_name(request, result),
            "usage": usage(result),
            "id": f"infinity-{request_id}",
            "created": stamp.created(),
            **extras(result),
        }
    )


def error(flat: Mapping[str, Any]) -> Mapping[str, Any]:
    """The error body, the `detail` of a 422 as the list that FastAPI makes of it."""
    if flat["status"] != 422:
        return flat
    fault = {"loc": ["body"], "msg": flat["message"], "type": flat["error_type"]}
    return {**flat, "detail": [fault]}


_RESPONSE = {
    "type": "object",
    "required": ["object", "results", "model", "usage", "id", "created"],
    "properties": {
        "object": {"const": "rerank"},
        "results": results_schema(document={"type": "string"}),
        "model": {"type": "string"},
        "usage": USAGE_SCHEMA,
        "id": {"type": "string"},
        "created": {"type": "integer"},
    },
}

INFINITY = Dialect(
    name="infinity",
    title="infinity",
    paths=("/infinity/rerank",),
    shared_paths=("/rerank",),
    marks=("raw_scores",),
    templates={"documents": {"query": QUERY, "documents": DOCUMENTS, "raw_scores": False}},
    example={
        "query": "how to reset the router",
        "documents": ["Hold the reset button for ten seconds.", "The router has four ports."],
        "return_documents": True,
        "raw_scores": False,
    },
    body=InfinityBody,
    response=_RESPONSE,
    encode=encode,
    error=error,
)
