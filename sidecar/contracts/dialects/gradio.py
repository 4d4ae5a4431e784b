"""The small call that model pages show for Qwen3-Reranker: `POST /api/predict`, Gradio's shape.

    {"data": [query, documents joined by newlines, instruction, batch_size]}
    {"data": [[documents, the best first], [their scores]]}

Instruction and batch size may be absent; the batch size is without effect. Lines in which nothing
stands are no documents.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import PlainValidator, WithJsonSchema

from sidecar.contracts.body import Options, validate
from sidecar.contracts.dialect import Dialect
from sidecar.contracts.extras import extras
from sidecar.contracts.faults import kind_of
from sidecar.contracts.numbers import dumps
from sidecar.contracts.results import text, value
from sidecar.errors import NoDocuments
from sidecar.request import Control, Document, RankRequest, RankResult
from sidecar.schema import MAX_INSTRUCTION

_NAMES = ("query", "documents", "instruction")


@dataclass(frozen=True, slots=True)
class _Data:
    query: str
    documents: tuple[Document, ...]
    instruction: str | None


def _read(data: object) -> _Data:
    if not isinstance(data, list) or not 2 <= len(data) <= 4:
        raise ValueError("must be an array of query, documents, instruction and batch size")
    texts = []
    for name, each in zip(_NAMES, [*data, None], strict=False):
        if not isinstance(each, str) and (each is not None or name != "instruction"):
            raise ValueError(f"`{name}` must be a string, not {kind_of(each)}")
        texts.append(each or "")
    query, lines, instruction = texts
    if len(instruction) > MAX_INSTRUCTION:
        raise ValueError(f"the instruction has more than {MAX_INSTRUCTION} characters")
    documents = tuple(
        Document(text=line, source=line, size=len(line))
        for line in map(str.strip, lines.split("\n"))
        if line
    )
    if not documents:
        raise NoDocuments("$.data: the list of documents is empty")
    return _Data(query, documents, instruction.strip() or None)


_DATA_SCHEMA = {
    "type": "array",
    "prefixItems": [
        {"type": "string", "description": "The query."},
        {"type": "string", "description": "Documents, one per line."},
        {"type": ["string", "null"], "description": "The instruction."},
        {"type": ["number", "null"], "description": "Batch size; without effect."},
    ],
    "minItems": 2,
    "maxItems": 4,
}


class GradioBody(Options):
    data: Annotated[_Data, PlainValidator(_read), WithJsonSchema(_DATA_SCHEMA)]
    raw_scores: bool | None = None
    """Ours: logits instead of scores in [0, 1]."""


def decode(body: Mapping[str, Any]) -> RankRequest:
    """Raises InvalidRequest with the JSON path of the fault."""
    valid = validate(GradioBody, body)
    return RankRequest(
        query=valid.data.query,
        documents=valid.data.documents,
        control=Control(instruction=valid.data.instruction),
        order=valid.order or "score",
        raw_scores=bool(valid.raw_scores),
        model=valid.model,
    )


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`{"data": [documents, scores]}`."""
    documents = [text(request.documents[item.index]) for item in result.ranked]
    scores = [value(request, item) for item in result.ranked]
    return dumps({"data": [documents, scores], **extras(result)})


_RESPONSE = {
    "type": "object",
    "required": ["data"],
    "properties": {
        "data": {
            "type": "array",
            "description": "The documents, then their scores.",
            "items": {"type": "array", "items": {"type": ["string", "number"]}},
            "minItems": 2,
            "maxItems": 2,
        }
    },
}

GRADIO = Dialect(
    "gradio",
    GradioBody,
    decode,
    encode,
    _RESPONSE,
    {
        "data": [
            "what is the capital of China",
            "The capital of China is Beijing.\nGravity pulls bodies towards each other.",
            "Given a web search query, retrieve relevant passages that answer it",
            8,
        ]
    },
)
