"""vLLM's score API: the scores of pairs, in the order of the request.

    {"text_1": "one query", "text_2": ["a", "b"]}          1 x N
    {"text_1": ["q1", "q2"], "text_2": ["a", "b"]}         N x N, pair by pair

`data_1` and `data_2`, `queries` and `documents`, `queries` and `items` are other names of the two.
Source of the contract: vllm's pooling/score/protocol.py and serving.py.
"""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, ValidationInfo, WithJsonSchema

from sidecar.contracts import stamp
from sidecar.contracts.content_parts import TEXT_FORMS, text_of
from sidecar.contracts.dialect import DOCUMENTS, QUERY, Dialect
from sidecar.contracts.dialects.vllm import Documents, VllmOptions, as_list
from sidecar.contracts.extras import extras
from sidecar.contracts.numbers import dumps
from sidecar.contracts.results import (
    USAGE_SCHEMA,
    model_name,
    results_schema,
    score_of,
    usage,
)
from sidecar.contracts.validation import check_count
from sidecar.errors import InvalidRequest, NoDocuments
from sidecar.request import Document, RankRequest, RankResult

SIDES = {"text_2": "text_1", "data_2": "data_1", "documents": "queries", "items": "queries"}
"""The key of the documents -> the key of the queries."""


def _texts(value: object, info: ValidationInfo) -> object:
    """The queries with content parts as their text."""
    queries = as_list(value)
    if not isinstance(queries, list):
        return queries
    check_count(queries, info)
    return [query if (text := text_of(query)) is None else text for query in queries]


_TEXT = ({"type": "string"}, *TEXT_FORMS)

Queries = Annotated[
    list[str],
    BeforeValidator(_texts),
    WithJsonSchema(
        {
            "anyOf": [
                *_TEXT,
                {"type": "array", "items": {"anyOf": [*_TEXT]}, "minItems": 1},
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

    def to_request(self) -> RankRequest:
        key = next((key for key in SIDES if getattr(self, key) is not None), None)
        if key is None:
            raise InvalidRequest(f"$: {' or '.join(f'`{key}`' for key in SIDES)} is missing")
        documents, queries = getattr(self, key), getattr(self, SIDES[key])
        if queries is None:
            raise InvalidRequest(f"$.{SIDES[key]}: is missing beside `{key}`")
        per_document = one_per_document(queries, documents, SIDES[key], key)
        return self.request(
            queries[0], documents, queries=per_document, order="input", **self.options()
        )


def one_per_document(
    queries: Sequence[str], documents: Sequence[Document], queries_key: str, documents_key: str
) -> tuple[str, ...]:
    """The queries of a RankRequest: empty when one query is for all documents, else one each.

    Raises NoDocuments without a query, and InvalidRequest for any other number of them.
    """
    if not queries:
        raise NoDocuments(f"$.{queries_key}: the list is empty")
    if len(queries) not in (1, len(documents)):
        raise InvalidRequest(
            f"$.{queries_key}: {len(queries)} of them for {len(documents)} of `{documents_key}`; "
            "must be one, or as many"
        )
    return tuple(queries) if len(queries) > 1 else ()


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`{"id", "object", "created", "model", "data", "usage"}`."""
    data = [
        {"index": item.index, "object": "score", "score": score_of(request, item)}
        for item in result.ranked
    ]
    return dumps(
        {
            "id": f"score-{request_id}",
            "object": "list",
            "created": stamp.created(),
            "model": model_name(request, result),
            "data": data,
            "usage": {**usage(result), "prompt_tokens_details": None},
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
    name="vllm-score",
    title="vLLM score",
    paths=("/score", "/v1/score"),
    templates={
        documents: {queries: QUERY, documents: DOCUMENTS} for documents, queries in SIDES.items()
    },
    example={
        "model": "BAAI/bge-reranker-v2-m3",
        "text_1": "what is the capital of France",
        "text_2": ["Paris is the capital of France.", "Berlin is the capital of Germany."],
    },
    body=ScoreBody,
    response=_RESPONSE,
    encode=encode,
    complete=True,
)
