"""vLLM's rerank API: every result with its document, and vLLM's own options.

Source of the contract: vllm's pooling/score/protocol.py and serving.py, and litellm's hosted_vllm.
One of MARKS in a body is how the shared paths know it; without them they answer in Cohere's
shape, which vLLM's clients read as well. `max_tokens_per_query` is accepted and without effect:
the query is never cut.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, PlainValidator, WithJsonSchema

from sidecar.contracts.body import (
    DOCUMENT_SCHEMA,
    Body,
    Count,
    Options,
    read_document,
    refuse_empty,
    validate,
)
from sidecar.contracts.dialect import Dialect
from sidecar.contracts.dialects.tei import Direction
from sidecar.contracts.extras import extras
from sidecar.contracts.numbers import dumps
from sidecar.contracts.results import USAGE_SCHEMA, model, results_schema, text, usage, value
from sidecar.request import Document, RankRequest, RankResult

MARKS = (
    "truncate_prompt_tokens",
    "truncation_side",
    "max_tokens_per_query",
    "use_activation",
    "activation",
    "softmax",
    "chat_template_kwargs",
    "mm_processor_kwargs",
)
"""Keys that no other dialect has."""


def _read(value: object) -> Document:
    """As `read_document`. Raises ValueError for multimodal parts."""
    parts = value.get("content") if isinstance(value, dict) else None
    if isinstance(parts, list) and any(isinstance(part, dict) and "type" in part for part in parts):
        raise ValueError("is multimodal, and the model reads text alone")
    return read_document(value)


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str | dict) else value


_Documents = Annotated[
    list[Annotated[Document, PlainValidator(_read), WithJsonSchema(DOCUMENT_SCHEMA)]],
    BeforeValidator(refuse_empty),
]
Documents = Annotated[
    _Documents,
    BeforeValidator(_as_list),
    WithJsonSchema(
        {"anyOf": [DOCUMENT_SCHEMA, {"type": "array", "items": DOCUMENT_SCHEMA, "minItems": 1}]}
    ),
]
"""Documents, or one alone."""


class VllmOptions(Options):
    truncate_prompt_tokens: Annotated[int, Field(ge=-1)] | None = None
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
        """What these keys say of a request."""
        activations = (self.use_activation, self.activation, self.softmax)
        pair = self.truncate_prompt_tokens
        return {
            "cut": self.truncation_side or "right",
            "max_document_tokens": self.max_tokens_per_doc or None,
            "max_pair_tokens": pair if pair is not None and pair > 0 else None,
            "raw_scores": bool(self.raw_scores)
            or next((each is False for each in activations if each is not None), False),
        }


class VllmBody(VllmOptions, Body):
    documents: Documents
    top_n: Count | None = None


def decode(body: Mapping[str, Any]) -> RankRequest:
    """Raises InvalidRequest with the JSON path of the fault."""
    valid = validate(VllmBody, body)
    return valid.request(valid.documents, top_n=valid.top_n, **valid.options())


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`{"id", "model", "usage", "results"}`."""
    results = []
    for item in result.ranked:
        document = {"text": text(request.documents[item.index]), "multi_modal": None}
        score = value(request, item)
        results.append({"index": item.index, "document": document, "relevance_score": score})
    return dumps(
        {
            "id": f"rerank-{request_id}",
            "model": model(request, result),
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
    "vllm",
    VllmBody,
    decode,
    encode,
    _RESPONSE,
    {
        "model": "BAAI/bge-reranker-v2-m3",
        "query": "capital of France",
        "documents": ["Paris is the capital of France.", "Lyon lies on the Rhône."],
        "top_n": 0,
        "truncate_prompt_tokens": -1,
    },
)
