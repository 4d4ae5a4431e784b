"""Together AI's rerank API: Cohere v1's keys, and `usage` with the count of generated tokens.

Source of the contract: togetheraiRerankingResponseSchema of the Vercel AI SDK's @ai-sdk/togetherai,
which refuses an answer without `usage.completion_tokens`. No key of its requests marks them, so the
dialect has a path of its own.
"""

from sidecar.contracts.dialect import DOCUMENTS, QUERY, Dialect
from sidecar.contracts.dialects.cohere import CohereV1Body
from sidecar.contracts.extras import extras
from sidecar.contracts.numbers import dumps
from sidecar.contracts.results import (
    USAGE_SCHEMA,
    document_object,
    model_name,
    results_of,
    results_schema,
    usage,
)
from sidecar.request import RankRequest, RankResult


class TogetherBody(CohereV1Body):
    """Cohere v1's keys; a class of its own, because a schema has the name of its class."""


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`{"object", "id", "model", "results", "usage"}`."""
    return dumps(
        {
            "object": "rerank",
            "id": request_id,
            "model": model_name(request, result),
            "results": results_of(request, result, document_object),
            "usage": usage(result),
            **extras(result),
        }
    )


_RESPONSE = {
    "type": "object",
    "required": ["object", "id", "model", "results", "usage"],
    "properties": {
        "object": {"const": "rerank"},
        "id": {"type": "string"},
        "model": {"type": "string"},
        "results": results_schema(document={"type": "object"}),
        "usage": USAGE_SCHEMA,
    },
}

TOGETHER = Dialect(
    name="together",
    title="Together AI",
    paths=("/together/v1/rerank",),
    templates={"documents": {"query": QUERY, "documents": DOCUMENTS}},
    example={
        "model": "Salesforce/Llama-Rank-v1",
        "query": "talk about rain",
        "documents": ["rainy day in the city", "sunny day at the beach"],
        "top_n": 2,
        "return_documents": False,
    },
    body=TogetherBody,
    response=_RESPONSE,
    encode=encode,
)
