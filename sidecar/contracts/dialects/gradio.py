"""The small call that model pages show for Qwen3-Reranker: `POST /api/predict`, Gradio's shape.

    {"data": [query, documents joined by newlines, instruction, batch_size]}
    {"data": [[documents, the best first], [their scores]]}

Instruction and batch size may be absent; the batch size has no effect. Blank lines are skipped.
"""

from dataclasses import dataclass, replace
from typing import Annotated

from pydantic import PlainValidator, ValidationInfo, WithJsonSchema

from sidecar.contracts.body import Options
from sidecar.contracts.dialect import LINES, QUERY, Dialect
from sidecar.contracts.extras import extras
from sidecar.contracts.numbers import dumps
from sidecar.contracts.results import document_text, score_of
from sidecar.contracts.validation import check_count, kind_of
from sidecar.errors import NoDocuments
from sidecar.request import Document, RankRequest, RankResult
from sidecar.schema import MAX_INSTRUCTION

_NAMES = ("query", "documents", "instruction")


@dataclass(frozen=True, slots=True)
class _Data:
    query: str
    documents: tuple[Document, ...]
    instruction: str | None


def _read(data: object, info: ValidationInfo) -> _Data:
    if not isinstance(data, list) or not 2 <= len(data) <= 4:
        raise ValueError("must be an array of query, documents, instruction and batch size")
    texts = []
    for name, value in zip(_NAMES, [*data, None], strict=False):
        if not isinstance(value, str) and (value is not None or name != "instruction"):
            raise ValueError(f"`{name}` must be a string, not {kind_of(value)}")
        texts.append(value or "")
    query, lines, instruction = texts
    if len(instruction) > MAX_INSTRUCTION:
        raise ValueError(f"the instruction has more than {MAX_INSTRUCTION} characters")
    texts = [line for line in map(str.strip, lines.split("\n")) if line]
    if not texts:
        raise NoDocuments("$.data: the list of documents is empty")
    check_count(texts, info)
    documents = tuple(Document(text=text, source=text, size=len(text)) for text in texts)
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

    def to_request(self) -> RankRequest:
        request = self.request(
            self.data.query, self.data.documents, raw_scores=bool(self.raw_scores)
        )
        if request.control.instruction is not None:
            return request
        return replace(request, control=replace(request.control, instruction=self.data.instruction))


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`{"data": [documents, scores]}`."""
    documents = [document_text(request.documents[item.index]) for item in result.ranked]
    scores = [score_of(request, item) for item in result.ranked]
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
    name="gradio",
    title="Gradio",
    paths=("/api/predict",),
    templates={"data": {"data": [QUERY, LINES]}},
    example={
        "data": [
            "what is the capital of China",
            "The capital of China is Beijing.\nGravity pulls bodies towards each other.",
            "Given a web search query, retrieve relevant passages that answer it",
            8,
        ]
    },
    body=GradioBody,
    response=_RESPONSE,
    encode=encode,
)
