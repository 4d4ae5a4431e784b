"""The engine routes: what a search cluster sends while it waits for its hits' new order.

Their contract does not depend on the body: every index of the request exactly once, in the order
of the request, scores in [0, 1], no keys that a strict parser would refuse. `top_n` and `order`
are ignored: a hit that is left out, or a score in another's place, is a wrong order that nobody
would notice (OpenSearch's ml_inference assigns scores by position, and so does an Elasticsearch
`custom` endpoint without `reranked_index`).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sidecar.contracts.body import Body, DocumentList, validate
from sidecar.contracts.dialect import Dialect
from sidecar.contracts.dialects.tei import TEI, TeiBody, request_from
from sidecar.contracts.extras import extras
from sidecar.contracts.numbers import ascii_only, dumps, number
from sidecar.contracts.results import json_text, results_schema
from sidecar.request import RankRequest, RankResult


class EngineBody(Body):
    documents: DocumentList
    return_documents: bool | None = None


def decode_documents(body: Mapping[str, Any]) -> RankRequest:
    """Raises InvalidRequest with the JSON path of the fault."""
    valid = validate(EngineBody, body)
    return RankRequest(
        query=valid.query,
        documents=tuple(valid.documents),
        order="input",
        return_documents=bool(valid.return_documents),
        model=valid.model,
    )


def decode_texts(body: Mapping[str, Any]) -> RankRequest:
    """Elasticsearch's `hugging_face` service. Raises InvalidRequest with the fault's path."""
    request = request_from(validate(TeiBody, body))
    return replace(request, order="input", raw_scores=False)


def encode_opensearch(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`results` and a parallel `scores`. ASCII only, no texts: ml-commons decodes each network
    chunk by itself, so a character that is split between two would come out garbled."""
    scores = [number(item.score) for item in result.ranked]
    results = [
        {"index": item.index, "relevance_score": score}
        for item, score in zip(result.ranked, scores, strict=True)
    ]
    body = {"id": request_id, "results": results, "scores": scores, **extras(result)}
    return ascii_only(dumps(body))  # names of fields stand in explanations


def encode_elasticsearch(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """The `custom` and `openshift_ai` services' object; items hold documented keys alone."""
    results = []
    for item in result.ranked:
        entry: dict[str, Any] = {"index": item.index, "relevance_score": number(item.score)}
        if request.return_documents:
            entry["document"] = {"text": json_text(request.documents[item.index])}
        results.append(entry)
    return dumps({"id": request_id, "results": results, "meta": {}, **extras(result)})


_RESPONSE = {
    "type": "object",
    "required": ["id", "results"],
    "properties": {
        "id": {"type": "string"},
        "results": results_schema(
            relevance_score={"type": "number", "minimum": 0, "maximum": 1},
            document={"type": "object"},
        ),
        "scores": {"type": "array", "items": {"type": "number"}},
    },
}

OPENSEARCH = Dialect(
    "opensearch",
    EngineBody,
    decode_documents,
    encode_opensearch,
    _RESPONSE,
    {
        "query": {"query_text": "red shoes"},
        "documents": [{"title": "Red runner", "brand": "Acme"}, {"title": "Blue sock"}],
    },
)
ELASTICSEARCH = Dialect(
    "elasticsearch",
    EngineBody,
    decode_documents,
    encode_elasticsearch,
    _RESPONSE,
    {"query": "red shoes", "documents": ["Red runner", "Blue sock"]},
)
ELASTICSEARCH_TEXTS = Dialect(
    "elasticsearch-texts",
    TeiBody,
    decode_texts,
    TEI.encode,
    TEI.response,
    {"query": "red shoes", "texts": ["Red runner", "Blue sock"]},
)
