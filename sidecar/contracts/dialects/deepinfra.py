"""DeepInfra's inference API for rerankers: `queries` and `documents` in, their scores out.

    {"queries": ["one query"], "documents": ["a", "b"]}
    {"queries": ["q", "q"], "documents": ["a", "b"]}         pair by pair

Source of the contract: the API pages of DeepInfra's Qwen3-Reranker models, and litellm, which
repeats the query for each document. The model is named in the path. `service_tier` and `webhook`
have no effect.
"""

from sidecar.contracts.body import DocumentList, Options
from sidecar.contracts.dialect import DOCUMENTS, QUERY, Dialect
from sidecar.contracts.dialects.score import Queries, one_per_document
from sidecar.contracts.extras import extras
from sidecar.contracts.numbers import dumps
from sidecar.contracts.results import score_of
from sidecar.request import RankRequest, RankResult


class DeepInfraBody(Options):
    queries: Queries
    documents: DocumentList
    raw_scores: bool | None = None
    """Ours: logits instead of scores in [0, 1]."""

    def to_request(self) -> RankRequest:
        queries = one_per_document(self.queries, self.documents, "queries", "documents")
        return self.request(
            self.queries[0],
            self.documents,
            queries=queries,
            order="input",
            raw_scores=bool(self.raw_scores),
        )


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`{"scores", "input_tokens", "request_id", "inference_status"}`; the scores are in the
    request's order."""
    return dumps(
        {
            "scores": [score_of(request, item) for item in result.ranked],
            "input_tokens": result.tokens,
            "request_id": request_id,
            "inference_status": {
                "status": "succeeded",
                "runtime_ms": round(result.timings.infer * 1000),
                "cost": 0.0,
                "tokens_generated": 0,
                "tokens_input": result.tokens,
                "output_length": 0,
            },
            **extras(result),
        }
    )


_RESPONSE = {
    "type": "object",
    "required": ["scores", "input_tokens", "request_id", "inference_status"],
    "properties": {
        "scores": {
            "type": "array",
            "description": "In the order of the request.",
            "items": {"type": "number"},
        },
        "input_tokens": {"type": "integer", "minimum": 0},
        "request_id": {"type": "string"},
        "inference_status": {"type": "object"},
    },
}

DEEPINFRA = Dialect(
    name="deepinfra",
    title="DeepInfra",
    paths=("/v1/inference/{model}",),
    templates={"documents": {"queries": [QUERY], "documents": DOCUMENTS}},
    example={
        "queries": ["what is the capital of the United States"],
        "documents": ["The capital of the USA is Washington DC.", "The USA has fifty states."],
    },
    body=DeepInfraBody,
    response=_RESPONSE,
    encode=encode,
    complete=True,
)
