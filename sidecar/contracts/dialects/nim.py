"""NVIDIA NIM's ranking API: `passages` in, raw logits out.

Source of the contract: langchain-nvidia-ai-endpoints 1.5, llama-index's and haystack's NVIDIA
rankers, litellm (which adds `top_k`). The hosted form names the model in its path, too.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import PlainValidator, WithJsonSchema

from sidecar.contracts.body import Body, Count, TextList, read_query, validate
from sidecar.contracts.dialect import Dialect
from sidecar.contracts.extras import extras
from sidecar.contracts.numbers import dumps, number
from sidecar.contracts.results import USAGE_SCHEMA, results_schema, usage
from sidecar.request import RankRequest, RankResult


def _read_query(value: object) -> str:
    """The text of {"text": ...}, or what every dialect takes."""
    if isinstance(value, Mapping) and isinstance(text := value.get("text"), str):
        return text
    return read_query(value)


_QUERY_SCHEMA = {
    "anyOf": [
        {"type": "object", "properties": {"text": {"type": "string"}}, "required": ["text"]},
        {"type": "string"},
    ]
}


class NimBody(Body):
    query: Annotated[str, PlainValidator(_read_query), WithJsonSchema(_QUERY_SCHEMA)]
    passages: TextList
    truncate: Literal["NONE", "END"] | None = None
    """NONE: a pair that is too long is an error."""
    top_k: Count | None = None


def decode(body: Mapping[str, Any]) -> RankRequest:
    """Raises InvalidRequest with the JSON path of the fault."""
    valid = validate(NimBody, body)
    return valid.request(
        valid.passages,
        top_n=valid.top_k,
        cut=None if valid.truncate == "NONE" else "right",
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
    "nim",
    NimBody,
    decode,
    encode,
    _RESPONSE,
    {
        "model": "nvidia/llama-3.2-nv-rerankqa-1b-v2",
        "query": {"text": "which way did the traveler go"},
        "passages": [{"text": "Two roads diverged; I took the other."}, {"text": "A quiet inn."}],
        "truncate": "END",
    },
)
