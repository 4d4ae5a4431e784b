"""Cohere's rerank API, versions 1 and 2, and every client that uses it (Jina, litellm, ...).

`/reranking` is llama.cpp's name of the route, `/api/rerank` that of Ollama's plugins, `/v3/rerank`
OpenVINO Model Server's, `/invocations` SageMaker's.

Source of the contract: the request and response types of Cohere's SDK, 5.x and 7.x. Documents
may be objects in both versions here. `rank_fields` and `return_documents` are version 1's,
`relevant_spans` is version 2's: sentences of a text document, in code points. The answer is the
union of what Cohere's and Jina's clients read. llama.cpp's clients post the same body to
`/v1/reranking`, and DashScope's to `/compatible-api/v1/reranks`.
"""

from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from sidecar.contracts.body import Body, Count, DocumentList, select_fields
from sidecar.contracts.control import FieldList
from sidecar.contracts.dialect import DOCUMENTS, QUERY, Dialect
from sidecar.contracts.extras import extras_without_warnings, warnings
from sidecar.contracts.loose_types import NUMBER
from sidecar.contracts.numbers import dumps, number
from sidecar.contracts.results import (
    USAGE_SCHEMA,
    document_object,
    model_name,
    results_of,
    results_schema,
    usage,
)
from sidecar.request import RankRequest, RankResult, RelevantSpan, SpanOptions

SEARCH_UNITS = 1
"""Of a request, for `meta.billed_units`."""


class RelevantSpans(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    mode: Literal["enabled", "disabled"]
    threshold: Annotated[float, Field(ge=0, le=1), NUMBER] | None = None
    """Least score of a span; 0.1 when absent."""
    max_spans: Annotated[int, Field(ge=1), NUMBER] | None = None

    def options(self) -> SpanOptions | None:
        """None when spans are disabled."""
        if self.mode == "disabled":
            return None
        threshold = SpanOptions().threshold if self.threshold is None else self.threshold
        return SpanOptions(threshold, self.max_spans)


class CohereBody(Body):
    documents: DocumentList
    top_n: Count | None = None
    max_tokens_per_doc: Count | None = None
    return_documents: bool | None = None
    raw_scores: bool | None = None
    """Ours: logits instead of scores in [0, 1]."""

    def to_request(self) -> RankRequest:
        return self.request(
            self.query.text,
            self.documents,
            top_n=self.top_n,
            max_document_tokens=self.max_tokens_per_doc or None,
            raw_scores=bool(self.raw_scores),
            return_documents=bool(self.return_documents),
        )


class CohereV2Body(CohereBody):
    relevant_spans: RelevantSpans | None = None

    def to_request(self) -> RankRequest:
        spans = self.relevant_spans.options() if self.relevant_spans else None
        return replace(super().to_request(), spans=spans)


class CohereV1Body(CohereBody):
    rank_fields: FieldList | None = None
    max_chunks_per_doc: Count | None = None
    """Accepted and without effect: a document is read as one chunk."""

    def to_request(self) -> RankRequest:
        request = super().to_request()
        return replace(request, documents=select_fields(request.documents, self.rank_fields or ()))


def encode_v2(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    return _encode(request, result, request_id, "2")


def encode_v1(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """As version 2, and the results once more under Voyage's key, without their documents: some of
    Voyage's clients send nothing that marks their requests on `/v1/rerank`."""
    data = results_of(replace(request, return_documents=False), result, document_object)
    return _encode(request, result, request_id, "1", data=data)


def _encode(
    request: RankRequest,
    result: RankResult,
    request_id: str,
    version: str,
    **more: list[dict[str, Any]],
) -> bytes:
    results = results_of(request, result, document_object)
    if request.spans is not None:
        for entry in results:
            entry["relevant_spans"] = [_span(span) for span in result.spans.get(entry["index"], ())]
    meta: dict[str, Any] = {
        "api_version": {"version": version},
        "billed_units": {"search_units": SEARCH_UNITS},
        "tokens": {"input_tokens": result.tokens, "output_tokens": 0},
    }
    if messages := warnings(result):
        meta["warnings"] = messages
    return dumps(
        {
            "id": request_id,
            "object": "list",
            "model": model_name(request, result),
            "results": results,
            **more,
            "usage": usage(result),
            "meta": meta,
            **extras_without_warnings(result),
        }
    )


def _span(span: RelevantSpan) -> dict[str, Any]:
    return {"start": span.start, "end": span.end, "score": number(span.score)}


_SPAN = {
    "type": "object",
    "required": ["start", "end", "score"],
    "properties": {
        "start": {"type": "integer", "minimum": 0},
        "end": {"type": "integer", "minimum": 0},
        "score": {"type": "number", "minimum": 0, "maximum": 1},
    },
}


def _response_schema(*, version: int) -> dict[str, Any]:
    others: dict[str, Any] = {"document": {"type": "object"}}
    more: dict[str, Any] = {}
    if version == 1:
        more["data"] = {**results_schema(), "description": "The results, for Voyage's clients."}
    else:
        others["relevant_spans"] = {"type": "array", "items": _SPAN}
    return {
        "type": "object",
        "required": ["id", "model", "results", "usage", "meta"],
        "properties": {
            "id": {"type": "string"},
            "object": {"const": "list"},
            "model": {"type": "string"},
            "results": results_schema(**others),
            **more,
            "usage": USAGE_SCHEMA,
            "meta": {"type": "object"},
        },
    }


_EXAMPLE = {
    "query": "running shoes for wet trails",
    "documents": [
        "Waterproof trail runner with a grippy sole",
        {"title": "Rain cover for shoes", "category": "Accessories"},
    ],
    "top_n": 2,
}

_TEMPLATES = {"documents": {"query": QUERY, "documents": DOCUMENTS}}

COHERE_V2 = Dialect(
    name="cohere-v2",
    title="Cohere v2",
    paths=("/v2/rerank", "/rerank", "/reranking", "/api/rerank", "/v3/rerank", "/invocations", "/"),
    templates=_TEMPLATES,
    example=_EXAMPLE,
    body=CohereV2Body,
    response=_response_schema(version=2),
    encode=encode_v2,
)
COHERE_V1 = Dialect(
    name="cohere-v1",
    title="Cohere v1",
    paths=("/v1/rerank", "/v1/reranking", "/compatible-api/v1/reranks"),
    templates=_TEMPLATES,
    example={**_EXAMPLE, "return_documents": True},
    body=CohereV1Body,
    response=_response_schema(version=1),
    encode=encode_v1,
)
