"""Alibaba Cloud's DashScope: `input` and `parameters` in, `output` with the results out.

    {"model": ..., "input": {"query": ..., "documents": [...]},
     "parameters": {"top_n": ..., "return_documents": ..., "instruct": ...}}

Source of the contract: the text rerank page of Alibaba Cloud Model Studio, LightRAG's and Milvus's
Aliyun rerankers. The other route, `/compatible-api/v1/reranks`, takes the keys of Cohere v1 and
`instruct`; its answer has Cohere's results and `usage.total_tokens`, so it is Cohere v1's.
"""

from pydantic import BaseModel, ConfigDict

from sidecar.contracts.body import Count, Options, TextList
from sidecar.contracts.control import ControlKeys, control_of
from sidecar.contracts.dialect import DOCUMENTS, QUERY, Dialect
from sidecar.contracts.dialects.nim import TextQuery
from sidecar.contracts.extras import extras
from sidecar.contracts.numbers import dumps
from sidecar.contracts.results import (
    USAGE_SCHEMA,
    document_object,
    results_of,
    results_schema,
    usage,
)
from sidecar.request import RankRequest, RankResult


class DashScopeInput(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    query: TextQuery
    documents: TextList


class DashScopeParameters(ControlKeys):
    top_n: Count | None = None
    return_documents: bool | None = None
    raw_scores: bool | None = None
    """Ours: logits instead of scores in [0, 1]."""


class DashScopeBody(Options):
    input: DashScopeInput
    parameters: DashScopeParameters | None = None
    raw_scores: bool | None = None
    """As the parameter."""

    def to_request(self) -> RankRequest:
        parameters = self.parameters or DashScopeParameters()
        keys = self.given() | parameters.given() | self.input.query.given()
        return self.request(
            self.input.query.text,
            self.input.documents,
            top_n=parameters.top_n,
            raw_scores=bool(self.raw_scores or parameters.raw_scores),
            return_documents=bool(parameters.return_documents),
            control=control_of(keys),
        )


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`{"output": {"results"}, "usage": {"total_tokens"}, "request_id"}`."""
    return dumps(
        {
            "output": {"results": results_of(request, result, document_object)},
            "usage": usage(result),
            "request_id": request_id,
            **extras(result),
        }
    )


_RESPONSE = {
    "type": "object",
    "required": ["output", "usage", "request_id"],
    "properties": {
        "output": {
            "type": "object",
            "required": ["results"],
            "properties": {"results": results_schema(document={"type": "object"})},
        },
        "usage": USAGE_SCHEMA,
        "request_id": {"type": "string"},
    },
}

DASHSCOPE = Dialect(
    name="dashscope",
    title="DashScope",
    paths=("/api/v1/services/rerank/text-rerank/text-rerank",),
    templates={"input": {"input": {"query": QUERY, "documents": DOCUMENTS}}},
    example={
        "model": "gte-rerank-v2",
        "input": {
            "query": "what is a rerank model",
            "documents": [
                "A rerank model sorts candidates by their relevance to a query.",
                "Quantum computing is a field of computer science.",
            ],
        },
        "parameters": {"top_n": 2, "return_documents": True},
    },
    body=DashScopeBody,
    response=_RESPONSE,
    encode=encode,
)
