"""vLLM's rerank API: every result with its document, and vLLM's own options.

Source of the contract: vllm's pooling/score/protocol.py and serving.py, and litellm's hosted_vllm.
On the shared paths one of the keys that only vLLM has marks its requests; without one the answer
has Cohere's shape, which vLLM's clients read as well.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, WithJsonSchema

from sidecar.contracts.body import (
    DOCUMENT_SCHEMA,
    Body,
    Count,
    DocumentList,
    Options,
)
from sidecar.contracts.content_parts import content_of
from sidecar.contracts.dialect import DOCUMENTS, QUERY, Dialect
from sidecar.contracts.dialects.tei import Direction
from sidecar.contracts.extras import extras
from sidecar.contracts.loose_types import NUMBER
from sidecar.contracts.numbers import dumps
from sidecar.contracts.results import (
    USAGE_SCHEMA,
    document_text,
    model_name,
    results_schema,
    score_of,
    usage,
)
from sidecar.request import RankRequest, RankResult


def as_list(value: object) -> object:
    """A list of texts from what stands in its place: one text, or a message whose parts are a text
    each."""
    if isinstance(value, dict):
        return content_of(value) or [value]
    return [value] if isinstance(value, str) else value


Documents = Annotated[
    DocumentList,
    BeforeValidator(as_list),
    WithJsonSchema(
        {"anyOf": [DOCUMENT_SCHEMA, {"type": "array", "items": DOCUMENT_SCHEMA, "minItems": 1}]}
    ),
]
"""Documents, or one alone."""


class VllmOptions(Options):
    truncate_prompt_tokens: Annotated[int, Field(ge=-1), NUMBER] | None = None
    """Most tokens of a pair; -1 for as many as the model takes."""
    truncation_side: Direction | None = None
    max_tokens_per_query: Count | None = None
    max_tokens_per_doc: Count | None = None
    use_activation: bool | None = None
    """false: logits instead of scores in [0, 1]."""
    activation: bool | None = None
    softmax: bool | None = None
    raw_scores: bool | None = None
    """Ours: as `use_activation` false."""

    def options(self) -> dict[str, Any]:
        """The fields of a RankRequest that these keys set."""
        activations = (self.use_activation, self.activation, self.softmax)
        pair = self.truncate_prompt_tokens
        return {
            "cut": self.truncation_side or "right",
            "max_document_tokens": self.max_tokens_per_doc or None,
            "max_query_tokens": self.max_tokens_per_query or None,
            "max_pair_tokens": pair if pair is not None and pair > 0 else None,
            "raw_scores": bool(self.raw_scores)
            or next((flag is False for flag in activations if flag is not None), False),
        }


class VllmBody(Body, VllmOptions):
    documents: Documents
    top_n: Count | None = None

    def to_request(self) -> RankRequest:
        return self.request(self.query.text, self.documents, top_n=self.top_n, **self.options())


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`{"id", "model", "usage", "results"}`."""
    results = []
    for item in result.ranked:
        document = {"text": document_text(request.documents[item.index]), "multi_modal": None}
        score = score_of(request, item)
        results.append({"index": item.index, "document": document, "relevance_score": score})
    return dumps(
        {
            "id": f"rerank-{request_id}",
            "model": model_name(request, result),
            "usage": usage(result),
            "results": results,
            **extras(result),
        }
    )


_RESPONSE = {
    "type": "object",
    "required": ["id", "model", "usage", "results"],
    "properties": {
        "id": {"type": "string"},
        "model": {"type": "string"},
        "usage": USAGE_SCHEMA,
        "results": results_schema(
            required=("document",),
            document={
                "type": "object",
                "required": ["text", "multi_modal"],
                "properties": {"text": {"type": "string"}, "multi_modal": {"type": "null"}},
            },
        ),
    },
}

VLLM = Dialect(
    name="vllm",
    title="vLLM rerank",
    paths=("/vllm/rerank", "/vllm/v1/rerank", "/vllm/v2/rerank"),
    shared_paths=("/rerank", "/v1/rerank", "/v2/rerank", "/invocations"),
    marks=(
        "truncate_prompt_tokens",
        "truncation_side",
        "max_tokens_per_query",
        "use_activation",
        "activation",
        "softmax",
        "chat_template_kwargs",
        "mm_processor_kwargs",
    ),
    templates={"documents": {"query": QUERY, "documents": DOCUMENTS, "top_n": 0}},
    example={
        "model": "BAAI/bge-reranker-v2-m3",
        "query": "capital of France",
        "documents": ["Paris is the capital of France.", "Lyon lies on the Rhône."],
        "top_n": 0,
        "truncate_prompt_tokens": -1,
    },
    body=VllmBody,
    response=_RESPONSE,
    encode=encode,
)
