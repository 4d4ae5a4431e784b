"""The search-engine routes: what a cluster sends while it waits for the new order of its hits.

Their contract does not depend on the body: every index of the request exactly once, in the order
of the request, scores in [0, 1], no keys that a strict parser would refuse. `top_n` and `order`
are ignored, and so is `min_score`, with a warning: a missing hit, or a score in another's place, is
a wrong order that nobody would notice (OpenSearch's ml_inference assigns scores by position, and so
does an Elasticsearch `custom` endpoint without `reranked_index`).
"""

from dataclasses import replace
from typing import Any

from sidecar.contracts.body import Body, HitList
from sidecar.contracts.dialect import DOCUMENTS, QUERY, Dialect
from sidecar.contracts.dialects.tei import TEI, TeiBody
from sidecar.contracts.extras import extras
from sidecar.contracts.numbers import ascii_only, dumps, number
from sidecar.contracts.results import document_json, results_schema
from sidecar.request import RankRequest, RankResult


class SearchEngineBody(Body):
    documents: HitList
    return_documents: bool | None = None

    def to_request(self) -> RankRequest:
        return self.request(
            self.query.text,
            self.documents,
            order="input",
            return_documents=bool(self.return_documents),
        )


class ElasticsearchTextsBody(TeiBody):
    """Of the `hugging_face` service."""

    texts: HitList

    def to_request(self) -> RankRequest:
        return replace(super().to_request(), order="input", raw_scores=False)


def encode_opensearch(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`results` and a parallel `scores`. ASCII only, no texts: ml-commons decodes each network
    chunk by itself, so a character that is split between two would come out garbled."""
    scores = [number(item.score) for item in result.ranked]
    results = [
        {"index": item.index, "relevance_score": score}
        for item, score in zip(result.ranked, scores, strict=True)
    ]
    body = {"id": request_id, "results": results, "scores": scores, **extras(result)}
    return ascii_only(dumps(body))  # explanations hold the names of fields


def encode_elasticsearch(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """The `custom` and `openshift_ai` services' object; items hold documented keys alone."""
    results = []
    for item in result.ranked:
        entry: dict[str, Any] = {"index": item.index, "relevance_score": number(item.score)}
        if request.return_documents:
            entry["document"] = {"text": document_json(request.documents[item.index])}
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
    name="opensearch",
    title="OpenSearch",
    paths=("/opensearch/rerank",),
    templates={"documents": {"query": {"query_text": QUERY}, "documents": DOCUMENTS}},
    example={
        "query": {"query_text": "red shoes"},
        "documents": [{"title": "Red runner", "brand": "Acme"}, {"title": "Blue sock"}],
    },
    body=SearchEngineBody,
    response=_RESPONSE,
    encode=encode_opensearch,
    ordered=False,
    complete=True,
)
ELASTICSEARCH = Dialect(
    name="elasticsearch",
    title="Elasticsearch: custom, openshift_ai",
    paths=("/elasticsearch/rerank",),
    templates={"documents": {"query": QUERY, "documents": DOCUMENTS}},
    example={"query": "red shoes", "documents": ["Red runner", "Blue sock"]},
    body=SearchEngineBody,
    response=_RESPONSE,
    encode=encode_elasticsearch,
    ordered=False,
    complete=True,
)
ELASTICSEARCH_TEXTS = Dialect(
    name="elasticsearch-texts",
    title="Elasticsearch: hugging_face",
    paths=("/elasticsearch/rerank",),
    templates={"texts": {"query": QUERY, "texts": DOCUMENTS}},
    example={"query": "red shoes", "texts": ["Red runner", "Blue sock"]},
    body=ElasticsearchTextsBody,
    response=TEI.response,
    encode=TEI.encode,
    ordered=False,
    complete=True,
)
