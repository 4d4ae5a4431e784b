"""SGLang's rerank API: a bare array of results, the best first, each with its document.

Source of the contract: V1RerankReqInput and RerankResponse in SGLang's openai/protocol.py. No key
of its requests marks them, so the dialect has a path of its own.
"""

from typing import Any

from pydantic import Field

from sidecar.contracts.body import Body, Count, DocumentList
from sidecar.contracts.dialect import DOCUMENTS, QUERY, Dialect
from sidecar.contracts.numbers import dumps
from sidecar.contracts.results import document_text, results_schema, score_of
from sidecar.request import RankRequest, RankResult


class SglangBody(Body):
    documents: DocumentList
    top_n: Count | None = None
    return_documents: bool | None = Field(None, description="true when absent.")
    raw_scores: bool | None = None
    """Ours: logits instead of scores in [0, 1]."""

    def to_request(self) -> RankRequest:
        return self.request(
            self.query.text,
            self.documents,
            top_n=self.top_n,
            raw_scores=bool(self.raw_scores),
            return_documents=self.return_documents is not False,
        )


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`[{"score", "document", "index"}]`; the array has no room for warnings."""
    items = []
    for item in result.ranked:
        entry: dict[str, Any] = {"score": score_of(request, item)}
        if request.return_documents:
            entry["document"] = document_text(request.documents[item.index])
        items.append({**entry, "index": item.index})
    return dumps(items)


SGLANG = Dialect(
    name="sglang",
    title="SGLang",
    paths=("/sglang/v1/rerank",),
    templates={"documents": {"query": QUERY, "documents": DOCUMENTS}},
    example={
        "model": "BAAI/bge-reranker-v2-m3",
        "query": "what is a panda",
        "documents": ["The giant panda is a bear native to China.", "Pandas is a Python library."],
    },
    body=SglangBody,
    response=results_schema("score", document={"type": "string"}),
    encode=encode,
)
