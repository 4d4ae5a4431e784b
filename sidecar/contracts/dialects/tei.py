"""The rerank API of Hugging Face's text-embeddings-inference: `texts` in, a bare array out.

Source of the contract: router/src/http/types.rs of text-embeddings-inference. Equal scores keep
the order of the request (there the last comes first; that is not copied).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from sidecar.contracts.body import Body, DocumentList, validate
from sidecar.contracts.dialect import Dialect
from sidecar.contracts.numbers import dumps
from sidecar.contracts.results import json_text, results_schema, value
from sidecar.request import Cut, RankRequest, RankResult

Direction = Annotated[
    Literal["left", "right"],
    BeforeValidator(lambda given: given.lower() if isinstance(given, str) else given),
]


class TeiBody(Body):
    texts: DocumentList
    truncate: bool | None = None
    """false: a pair that is too long is an error. Absent or null: it is cut."""
    truncation_direction: Direction | None = None
    raw_scores: bool | None = None
    return_text: bool | None = None


def request_from(body: TeiBody) -> RankRequest:
    """The request of a valid body; `/elasticsearch/rerank` reads the same shape."""
    cut: Cut | None = body.truncation_direction or "right"
    return body.request(
        body.texts,
        cut=None if body.truncate is False else cut,
        raw_scores=bool(body.raw_scores),
        return_documents=bool(body.return_text),
    )


def decode(body: Mapping[str, Any]) -> RankRequest:
    """Raises InvalidRequest with the JSON path of the fault."""
    return request_from(validate(TeiBody, body))


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`[{"index", "score"[, "text"]}]`; the array has no room for the request id."""
    items = []
    for item in result.ranked:
        entry: dict[str, Any] = {"index": item.index, "score": value(request, item)}
        if request.return_documents:
            entry["text"] = json_text(request.documents[item.index])
        items.append(entry)
    return dumps(items)


TEI = Dialect(
    "tei",
    TeiBody,
    decode,
    encode,
    results_schema("score", text={"type": "string"}),
    {"query": "capital of France", "texts": ["Paris is the capital.", "Lyon is a city."]},
)
