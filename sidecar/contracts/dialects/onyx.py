"""Onyx's model server: `POST /encoder/cross-encoder-scores`, scores in the order of the request.

Source of the contract: RerankRequest and RerankResponse in Onyx's shared_configs and its model
server's encoders.py. Onyx also asks that server for embeddings, which this service does not have.
"""

from pydantic import ConfigDict

from sidecar.contracts.body import Body, DocumentList
from sidecar.contracts.dialect import DOCUMENTS, QUERY, Dialect
from sidecar.contracts.extras import extras
from sidecar.contracts.numbers import dumps
from sidecar.contracts.results import score_of
from sidecar.request import RankRequest, RankResult


class OnyxBody(Body):
    model_config = ConfigDict(protected_namespaces=())

    documents: DocumentList
    model_name: str | None = None
    """Onyx's name for `model`, which goes before it."""
    raw_scores: bool | None = None
    """Ours: logits instead of scores in [0, 1]."""

    def to_request(self) -> RankRequest:
        return self.request(
            self.query.text,
            self.documents,
            order="input",
            model=self.model or self.model_name,
            raw_scores=bool(self.raw_scores),
        )


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`{"scores": [score, ...]}`, one per document."""
    return dumps({"scores": [score_of(request, item) for item in result.ranked], **extras(result)})


_RESPONSE = {
    "type": "object",
    "required": ["scores"],
    "properties": {
        "scores": {
            "type": "array",
            "description": "In the order of the request.",
            "items": {"type": "number"},
        }
    },
}

ONYX = Dialect(
    name="onyx",
    title="Onyx",
    paths=("/encoder/cross-encoder-scores",),
    templates={"documents": {"query": QUERY, "documents": DOCUMENTS}},
    example={
        "query": "who approves a purchase",
        "documents": ["Purchases above 500 EUR need the CFO's approval.", "The CFO is on leave."],
        "model_name": "mixedbread-ai/mxbai-rerank-xsmall-v1",
        "provider_type": None,
        "api_key": None,
        "api_url": None,
    },
    body=OnyxBody,
    response=_RESPONSE,
    encode=encode,
    complete=True,
)
