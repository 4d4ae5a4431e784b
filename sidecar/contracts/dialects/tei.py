"""The rerank API of Hugging Face's text-embeddings-inference: `texts` in, a bare array out.

Source of the contract: router/src/http/types.rs of text-embeddings-inference. Equal scores keep
the order of the request (there the last comes first; that is not copied). `/v1/rerank` is for
clients that append `rerank` to an OpenAI-like base URL; TEI with a reranker answers `/` and
SageMaker's `/invocations` as `/rerank`.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator

from sidecar.contracts.body import Body, DocumentList
from sidecar.contracts.dialect import DOCUMENTS, QUERY, Dialect
from sidecar.contracts.numbers import dumps
from sidecar.contracts.results import document_json, results_schema, score_of
from sidecar.request import RankRequest, RankResult

Direction = Annotated[
    Literal["left", "right"],
    BeforeValidator(lambda value: value.lower() if isinstance(value, str) else value),
]


class TeiBody(Body):
    texts: DocumentList
    truncate: bool | None = None
    """false: a pair that is too long is an error. Absent or null: it is truncated."""
    truncation_direction: Direction | None = None
    raw_scores: bool | None = None
    return_text: bool | None = None

    def to_request(self) -> RankRequest:
        return self.request(
            self.query.text,
            self.texts,
            cut=None if self.truncate is False else self.truncation_direction or "right",
            raw_scores=bool(self.raw_scores),
            return_documents=bool(self.return_text),
        )


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`[{"index", "score"[, "text"]}]`; the array has no room for the request id."""
    items = []
    for item in result.ranked:
        entry: dict[str, Any] = {"index": item.index, "score": score_of(request, item)}
        if request.return_documents:
            entry["text"] = document_json(request.documents[item.index])
        items.append(entry)
    return dumps(items)


TEI = Dialect(
    name="tei",
    title="text-embeddings-inference",
    paths=("/rerank", "/v1/rerank", "/reranking", "/invocations", "/"),
    templates={"texts": {"query": QUERY, "texts": DOCUMENTS}},
    example={"query": "capital of France", "texts": ["Paris is the capital.", "Lyon is a city."]},
    body=TeiBody,
    response=results_schema("score", text={"type": "string"}),
    encode=encode,
)
