"""Cohere's rerank API, versions 1 and 2, and everything that speaks it (Jina, litellm, ...).

Source of the contract: the request and response types of Cohere's SDK, 5.x and 7.x. Documents
may be objects in both versions here. `rank_fields` and `return_documents` are version 1's.
"""

from collections.abc import Mapping
from typing import Any

from sidecar.contracts.body import Body, Count, DocumentList, read_document, validate
from sidecar.contracts.dialect import Dialect
from sidecar.contracts.extras import explanations, warnings
from sidecar.contracts.numbers import dumps, number
from sidecar.model import Document, RankRequest, RankResult

SEARCH_UNITS = 1
"""Of a request, for `meta.billed_units`."""


class CohereV2Body(Body):
    documents: DocumentList
    top_n: Count | None = None
    max_tokens_per_doc: Count | None = None
    return_documents: bool | None = None
    raw_scores: bool | None = None
    """Ours: logits instead of scores in [0, 1]."""


class CohereV1Body(CohereV2Body):
    rank_fields: list[str] | None = None
    max_chunks_per_doc: Count | None = None
    """Accepted and without effect: a document is read as one chunk."""


def decode_v2(body: Mapping[str, Any]) -> RankRequest:
    """Raises InvalidRequest with the JSON path of the fault."""
    return _request(validate(CohereV2Body, body))


def decode_v1(body: Mapping[str, Any]) -> RankRequest:
    """Raises InvalidRequest with the JSON path of the fault."""
    valid = validate(CohereV1Body, body)
    return _request(valid, tuple(valid.rank_fields or ()))


def _request(body: CohereV2Body, rank_fields: tuple[str, ...] = ()) -> RankRequest:
    documents = tuple(body.documents)
    if rank_fields:
        documents = tuple(_ranked_fields(document, rank_fields) for document in documents)
    return RankRequest(
        query=body.query,
        documents=documents,
        order=body.order or "score",
        top_n=body.top_n,
        max_document_tokens=body.max_tokens_per_doc or None,
        deadline_s=body.deadline_s,
        raw_scores=bool(body.raw_scores),
        return_documents=bool(body.return_documents),
        model=body.model,
    )


def _ranked_fields(document: Document, names: tuple[str, ...]) -> Document:
    """The document with the named fields alone, in that order; text documents stay."""
    source = document.source
    if isinstance(source, str):
        return document
    kept = {name: source[name] for name in names if name in source}
    chosen = read_document(kept)
    return Document(chosen.text, chosen.fields, source, chosen.size)


def encode_v2(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    return _encode(request, result, request_id, "2")


def encode_v1(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    return _encode(request, result, request_id, "1")


def _encode(request: RankRequest, result: RankResult, request_id: str, version: str) -> bytes:
    results = []
    for item in result.ranked:
        value = item.logit if request.raw_scores else item.score
        entry: dict[str, Any] = {"index": item.index, "relevance_score": number(value)}
        if request.return_documents:
            source = request.documents[item.index].source
            entry["document"] = {"text": source} if isinstance(source, str) else source
        results.append(entry)
    meta: dict[str, Any] = {
        "api_version": {"version": version},
        "billed_units": {"search_units": SEARCH_UNITS},
        "tokens": {"input_tokens": result.tokens, "output_tokens": 0},
    }
    if told := warnings(result):
        meta["warnings"] = told
    return dumps(
        {
            "id": request_id,
            "object": "list",
            "model": request.model or result.model,
            "results": results,
            "usage": {"prompt_tokens": result.tokens, "total_tokens": result.tokens},
            "meta": meta,
            **explanations(result),
        }
    )


def _response_schema() -> dict[str, Any]:
    item = {
        "type": "object",
        "required": ["index", "relevance_score"],
        "properties": {
            "index": {"type": "integer", "minimum": 0},
            "relevance_score": {"type": "number"},
            "document": {"type": "object"},
        },
    }
    return {
        "type": "object",
        "required": ["id", "model", "results", "usage", "meta"],
        "properties": {
            "id": {"type": "string"},
            "object": {"const": "list"},
            "model": {"type": "string"},
            "results": {"type": "array", "items": item},
            "usage": {"type": "object"},
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

COHERE_V2 = Dialect("cohere-v2", CohereV2Body, decode_v2, encode_v2, _response_schema(), _EXAMPLE)
COHERE_V1 = Dialect(
    "cohere-v1",
    CohereV1Body,
    decode_v1,
    encode_v1,
    _response_schema(),
    {**_EXAMPLE, "return_documents": True},
)
