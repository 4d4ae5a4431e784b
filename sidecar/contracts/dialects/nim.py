"""NVIDIA NIM's ranking API: `passages` in, raw logits out.

Source of the contract: langchain-nvidia-ai-endpoints 1.5, llama-index's and haystack's NVIDIA
rankers, litellm (which adds `top_k`). The hosted form names the model in its path, too; RAGFlow
leaves it out where its base URL ends in `/v1`.
"""

from typing import Annotated, Literal

from pydantic import WithJsonSchema

from sidecar.contracts.body import Body, Count, Query, TextList
from sidecar.contracts.content_parts import TEXT_FORMS
from sidecar.contracts.dialect import OBJECTS, QUERY, Dialect
from sidecar.contracts.extras import extras
from sidecar.contracts.numbers import dumps, number
from sidecar.contracts.results import USAGE_SCHEMA, results_schema, usage
from sidecar.request import RankRequest, RankResult


class _TextQuery(Query):
    text_keys = ("text", *Query.text_keys)


_QUERY_SCHEMA = {
    "anyOf": [
        {
            "type": "object",
            "properties": {key: {"type": "string"} for key in _TextQuery.text_keys},
            "anyOf": [{"required": [key]} for key in _TextQuery.text_keys],
        },
        {"type": "string"},
        *TEXT_FORMS,
    ]
}
TextQuery = Annotated[_TextQuery, WithJsonSchema(_QUERY_SCHEMA)]
"""A query whose object form is `{"text": "..."}`."""


class NimBody(Body):
    query: TextQuery
    passages: TextList
    truncate: Literal["NONE", "END"] | None = None
    """NONE: a pair that is too long is an error."""
    top_k: Count | None = None

    def to_request(self) -> RankRequest:
        return self.request(
            self.query.text,
            self.passages,
            top_n=self.top_k,
            cut=None if self.truncate == "NONE" else "right",
            raw_scores=True,
        )


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`{"rankings": [{"index", "logit"}], "usage"}`, the greatest logit first."""
    rankings = [{"index": item.index, "logit": number(item.logit)} for item in result.ranked]
    return dumps({"rankings": rankings, "usage": usage(result), **extras(result)})


_RESPONSE = {
    "type": "object",
    "required": ["rankings", "usage"],
    "properties": {
        "rankings": results_schema("logit"),
        "usage": USAGE_SCHEMA,
    },
}

NIM = Dialect(
    name="nim",
    title="NVIDIA NIM",
    paths=("/v1/ranking", "/v1/retrieval/{model}/reranking", "/v1/reranking"),
    templates={"passages": {"query": {"text": QUERY}, "passages": OBJECTS}},
    example={
        "model": "nvidia/llama-3.2-nv-rerankqa-1b-v2",
        "query": {"text": "which way did the traveler go"},
        "passages": [{"text": "Two roads diverged; I took the other."}, {"text": "A quiet inn."}],
        "truncate": "END",
    },
    body=NimBody,
    response=_RESPONSE,
    encode=encode,
)
