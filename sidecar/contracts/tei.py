"""The rerank API of Hugging Face's text-embeddings-inference: `texts` in, a bare array out.

Source of the contract: router/src/http/types.rs of text-embeddings-inference. Equal scores keep
the order of the request (there the last comes first; that is not copied).
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from sidecar.contracts.body import Body, DocumentList, validate
from sidecar.contracts.dialect import Dialect
from sidecar.contracts.numbers import dumps, number
from sidecar.model import Cut, RankRequest, RankResult

Direction = Annotated[
    Literal["left", "right"],
    BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value),
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
    return RankRequest(
        query=body.query,
        documents=tuple(body.texts),
        order=body.order or "score",
        cut=None if body.truncate is False else cut,
        deadline_s=body.deadline_s,
        raw_scores=bool(body.raw_scores),
        return_documents=bool(body.return_text),
        model=body.model,
    )


def decode(body: Mapping[str, Any]) -> RankRequest:
    """Raises InvalidRequest with the JSON path of the fault."""
    return request_from(validate(TeiBody, body))


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`[{"index", "score"[, "text"]}]`; the array has no room for the request id."""
    items = []
    for item in result.ranked:
        entry: dict[str, Any] = {
            "index": item.index,
            "score": number(item.logit if request.raw_scores else item.score),
        }
        if request.return_documents:
            source = request.documents[item.index].source
            entry["text"] = source if isinstance(source, str) else dumps(source).decode()
        items.append(entry)
    return dumps(items)


_RESPONSE = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["index", "score"],
        "properties": {
            "index": {"type": "integer", "minimum": 0},
            "score": {"type": "number"},
            "text": {"type": "string"},
        },
    },
}

TEI = Dialect(
    "tei",
    TeiBody,
    decode,
    encode,
    _RESPONSE,
    {"query": "capital of France", "texts": ["Paris is the capital.", "Lyon is a city."]},
)
