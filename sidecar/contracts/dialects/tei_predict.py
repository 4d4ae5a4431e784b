"""text-embeddings-inference's `/predict` with a reranker: pairs of texts in, their scores out.

    {"inputs": ["query", "text"]}                            [{"score": 0.9, "label": "LABEL_0"}]
    {"inputs": [["query", "text"], ["query", "text"]]}       [[{...}], [{...}]]

Source of the contract: router/src/http/types.rs of text-embeddings-inference. A pair may stand in a
list or alone, and the answer does as it does. A text without another is refused: the classifiers
that text-embeddings-inference serves as well read such texts, a reranker has nothing to compare.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any

from pydantic import PlainValidator, ValidationInfo, WithJsonSchema

from sidecar.contracts.body import DOCUMENT_SCHEMA, Options, read_api_document
from sidecar.contracts.content_parts import TEXT_FORMS, text_of
from sidecar.contracts.dialect import PAIRS, Dialect
from sidecar.contracts.dialects.tei import Direction
from sidecar.contracts.numbers import dumps
from sidecar.contracts.results import score_of
from sidecar.contracts.validation import check_count, kind_of
from sidecar.errors import InvalidRequest, NoDocuments
from sidecar.request import Document, RankRequest, RankResult

LABEL = "LABEL_0"
"""transformers' name of a model's only class."""
_SHAPE = "must be a pair of strings [query, text] or a batch of pairs"


@dataclass(frozen=True, slots=True)
class _Inputs:
    queries: tuple[str, ...]
    documents: tuple[Document, ...]
    """As many."""
    batch: bool
    """Whether the pairs stood in a list."""


def _read(value: object, info: ValidationInfo) -> _Inputs:
    if not isinstance(value, list):
        raise InvalidRequest(f"$.inputs: {_SHAPE}, not {kind_of(value)}")
    if not value:
        raise NoDocuments("$.inputs: the list of pairs is empty")
    batch = isinstance(value[0], list)
    if batch:
        check_count(value, info)
        pairs = [_pair(pair, f"$.inputs[{place}]") for place, pair in enumerate(value)]
    else:
        pairs = [_pair(value, "$.inputs")]
    queries, documents = zip(*pairs, strict=True)
    return _Inputs(queries, documents, batch)


def _pair(pair: object, path: str) -> tuple[str, Document]:
    """The query and the document. Raises InvalidRequest with the path of the fault."""
    if not isinstance(pair, list) or len(pair) != 2:
        found = f"{len(pair)} in a list" if isinstance(pair, list) else kind_of(pair)
        raise InvalidRequest(f"{path}: {_SHAPE}, not {found}")
    query, document = pair
    try:
        text = query if (parts := text_of(query)) is None else parts
        if not isinstance(text, str):
            raise ValueError(f"the query must be a string, not {kind_of(query)}")
        return text, read_api_document(document)
    except ValueError as fault:
        raise InvalidRequest(f"{path}: {fault}") from None


_PAIR_SCHEMA = {
    "type": "array",
    "description": "A query and a text.",
    "prefixItems": [{"anyOf": [{"type": "string"}, *TEXT_FORMS]}, DOCUMENT_SCHEMA],
    "minItems": 2,
    "maxItems": 2,
}
_INPUTS_SCHEMA = {"anyOf": [_PAIR_SCHEMA, {"type": "array", "items": _PAIR_SCHEMA, "minItems": 1}]}


class PredictBody(Options):
    inputs: Annotated[_Inputs, PlainValidator(_read), WithJsonSchema(_INPUTS_SCHEMA)]
    truncate: bool | None = None
    """false: a pair that is too long is an error. Absent or null: it is truncated."""
    truncation_direction: Direction | None = None
    raw_scores: bool | None = None

    def to_request(self) -> RankRequest:
        inputs = self.inputs
        request = self.request(
            inputs.queries[0],
            inputs.documents,
            queries=inputs.queries if len(inputs.queries) > 1 else (),
            order="input",
            cut=None if self.truncate is False else self.truncation_direction or "right",
            raw_scores=bool(self.raw_scores),
        )
        return replace(request, alone=not inputs.batch)


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """`[{"score", "label"}]` for a pair alone, a list of such lists for a batch; there is no room
    for warnings."""
    predictions = [_prediction(score_of(request, item)) for item in result.ranked]
    return dumps(predictions[0] if request.alone else predictions)


def _prediction(score: Any) -> Sequence[dict[str, Any]]:
    """Of the only class; a classifier's list has one for each of its classes."""
    return [{"score": score, "label": LABEL}]


_PREDICTION = {
    "type": "object",
    "required": ["score", "label"],
    "properties": {"score": {"type": "number"}, "label": {"const": LABEL}},
}

TEI_PREDICT = Dialect(
    name="tei-predict",
    title="text-embeddings-inference predict",
    paths=("/predict",),
    templates={"inputs": {"inputs": PAIRS}},
    example={
        "inputs": [
            ["what is deep learning", "Deep learning trains networks of many layers."],
            ["what is deep learning", "Cheese is made of milk."],
        ]
    },
    body=PredictBody,
    response={
        "type": "array",
        "items": {"anyOf": [{"type": "array", "items": _PREDICTION}, _PREDICTION]},
    },
    encode=encode,
    complete=True,
)
