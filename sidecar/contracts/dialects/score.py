"""vLLM's score API: the scores of pairs, in the order of the request.

    {"text_1": "one query", "text_2": ["a", "b"]}          1 x N
    {"text_1": ["q1", "q2"], "text_2": ["a", "b"]}         N x N, pair by pair

`data_1` and `data_2`, `queries` and `documents`, `queries` and `items` are other names of the two.
Source of the contract: vllm's pooling/score/protocol.py and serving.py.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, ConfigDict, WithJsonSchema

from sidecar.contracts import stamp
from sidecar.contracts.body import validate
from sidecar.contracts.dialect import Dialect
from sidecar.contracts.dialects.vllm import Documents, VllmOptions
from sidecar.contracts.extras import extras
from sidecar.contracts.numbers import dumps
from sidecar.contracts.results import USAGE_SCHEMA, model, results_schema, usage, value
from sidecar.errors import InvalidRequest, NoDocuments
from sidecar.request import RankRequest, RankResult

SIDES = {"text_2": "text_1", "data_2": "data_1", "documents": "queries", "items": "queries"}
"""The key of the documents -> the key of the queries."""

Queries = Annotated[
    list[str],
    BeforeValidator(lambda value: [value] if isinstance(value, str) else value),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string"},
                {"type": "array", "items": {"type": "string"}, "minItems": 1},
            ]
        }
    ),
]


class ScoreBody(VllmOptions):
    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [{"required": [queries, documents]} for documents, queries in SIDES.items()]
        }
    )

    text_1: Queries | None = None
    text_2: Documents | None = None
    data_1: Queries | None = None
    data_2: Documents | None = None
    queries: Queries | None = None
    documents: Documents | None = None
    items: Documents | None = None


def decode(body: Mapping[str, Any]) -> RankRequest:
    """Raises InvalidRequest with the JSON path of the fault, or when the two sides do not fit."""
    valid = validate(ScoreBody, body)
    key = next((key for key in SIDES if getattr(valid, key) is not None), None)
    if key is None:
        raise InvalidRequest(f"$: {' or '.join(f'`{each}`' for each in SIDES)} is missing")
    documents, queries = getattr(valid, key), getattr(valid, SIDES[key])
    if queries is None:
        raise InvalidRequest(f"$.{SIDES[key]}: is missing beside `{key}`")
    if not queries:
        raise NoDocuments(f"$.{SIDES[key]}: the list is empty")
    if len(queries) not in (1, len(documents)):
        raise InvalidRequest(
            f"$.{SIDES[key]}: {len(queries)} of them for {len(documents)} of `{key}`; "
            "must be one, or as many"
        )
    return RankRequest(
        query=queries[0],
        queries=tuple(queries) if len(queries) > 1 else (),
        documents=tuple(documents),
        order="input",
        model=valid.model,
        **valid.options(),
    )


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`{"id", "object", "created", "model", "data", "usage"}`."""
    data = [
        {"index": item.index, "object": "score", "score": value(request, item)}
        for item in result.ranked
    ]
    return dumps(
        {
            "id": f"score-{request_id}",
            "object": "list",
            "created": stamp.created(),
            "model": model(request, result),
            "data": data,
            "usage": {**usage(result), "completion_tokens": 0, "prompt_tokens_details": None},
            **extras(result),
        }
    )


_RESPONSE = {
    "type": "object",
    "required": ["id", "object", "created", "model", "data", "usage"],
    "properties": {
        "id": {"type": "string"},
        "object": {"const": "list"},
        "created": {"type": "integer"},
        "model": {"type": "string"},
        "data": results_schema("score", required=("object",), object={"const": "score"}),
        "usage": USAGE_SCHEMA,
    },
}

SCORE = Dialect(
    "vllm-score",
    ScoreBody,
    decode,
    encode,
    _RESPONSE,
    {
        "model": "BAAI/bge-reranker-v2-m3",
        "text_1": "what is the capital of France",
        "text_2": ["Paris is the capital of France.", "Berlin is the capital of Germany."],
    },
)
