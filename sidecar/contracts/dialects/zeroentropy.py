"""ZeroEntropy's rerank API: Cohere's keys in, results with its own counts and latencies out.

Source of the contract: ModelRerankResponse of zeroentropy-python; its last release reads `results`
alone, earlier ones the other keys too. `latency` chooses between hosted lanes and has no effect
here.
"""

from sidecar.contracts.body import Body, Count, DocumentList
from sidecar.contracts.dialect import DOCUMENTS, QUERY, Dialect
from sidecar.contracts.extras import extras
from sidecar.contracts.numbers import dumps, number
from sidecar.contracts.results import results_schema, score_of
from sidecar.request import RankRequest, RankResult


class ZeroEntropyBody(Body):
    documents: DocumentList
    top_n: Count | None = None
    raw_scores: bool | None = None
    """Ours: logits instead of scores in [0, 1]."""

    def to_request(self) -> RankRequest:
        return self.request(
            self.query.text,
            self.documents,
            top_n=self.top_n,
            raw_scores=bool(self.raw_scores),
        )


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`{"results", "total_bytes", "total_tokens", ...}`; latencies are in seconds, and bytes are
    about those of the documents' texts."""
    timings = result.timings
    return dumps(
        {
            "results": [
                {"index": item.index, "relevance_score": score_of(request, item)}
                for item in result.ranked
            ],
            "actual_latency_mode": "fast",
            "e2e_latency": number(timings.tokenize + timings.queue + timings.infer + timings.fuse),
            "inference_latency": number(timings.infer),
            "total_bytes": sum(document.size for document in request.documents),
            "total_tokens": result.tokens,
            **extras(result),
        }
    )


_RESPONSE = {
    "type": "object",
    "required": ["results", "total_bytes", "total_tokens"],
    "properties": {
        "results": results_schema(),
        "actual_latency_mode": {"const": "fast"},
        "e2e_latency": {"type": "number", "minimum": 0},
        "inference_latency": {"type": "number", "minimum": 0},
        "total_bytes": {"type": "integer", "minimum": 0},
        "total_tokens": {"type": "integer", "minimum": 0},
    },
}

ZEROENTROPY = Dialect(
    name="zeroentropy",
    title="ZeroEntropy",
    paths=("/v1/models/rerank",),
    templates={"documents": {"query": QUERY, "documents": DOCUMENTS}},
    example={
        "model": "zerank-2",
        "query": "what is 2+2",
        "documents": ["4", "The answer is definitely one million."],
        "top_n": 2,
    },
    body=ZeroEntropyBody,
    response=_RESPONSE,
    encode=encode,
)
