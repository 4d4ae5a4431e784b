"""The parts that request bodies share, and one reading of their faults.

A fault is told with its JSON path: `$.documents[1]: ...`. Keys that nobody knows are ignored, and
every optional key may be null: clients send both.
"""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationError
from pydantic import WithJsonSchema as Schema

from sidecar.contracts.control import MAX_DEADLINE_MS
from sidecar.contracts.faults import fault_of, kind_of
from sidecar.errors import InvalidRequest, MalformedBody, NoDocuments
from sidecar.model import Document, Order


def parse(raw: bytes) -> dict[str, Any]:
    """The body as an object. Raises MalformedBody for what is not JSON, InvalidRequest for a
    body that is not an object."""
    try:
        body = orjson.loads(raw)
    except orjson.JSONDecodeError as fault:
        raise MalformedBody(f"the body is not JSON: {fault}") from None
    if not isinstance(body, dict):
        raise InvalidRequest(f"$: must be an object, not {kind_of(body)}")
    return body


def read_query(value: object) -> str:
    """The query's text, from a string or from {"query": ...} or {"query_text": ...}."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        for key in ("query", "query_text"):
            if isinstance(text := value.get(key), str):
                return text
        raise ValueError("an object must hold a string `query` or `query_text`")
    raise ValueError(f"must be a string or an object, not {kind_of(value)}")


def read_document(value: object) -> Document:
    """A document from a string (always text, whatever it looks like) or an object of fields.

    {"text": "..."} alone is the common spelling of plain text.
    """
    if isinstance(value, str):
        return Document(text=value, source=value, size=len(value))
    if isinstance(value, dict):
        text = value.get("text")
        if len(value) == 1 and isinstance(text, str):
            return Document(text=text, source=value, size=len(text))
        try:
            size = len(orjson.dumps(value))
        except orjson.JSONEncodeError:  # it reads 1024 levels and writes 254
            raise ValueError("is nested too deeply") from None
        return Document(fields=value, source=value, size=size)
    raise ValueError(f"must be a string or an object, not {kind_of(value)}")


def _refuse_empty(value: object) -> object:
    if value == []:
        raise NoDocuments("$: the list of documents is empty")
    return value


_QUERY_SCHEMA = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {"query": {"type": "string"}, "query_text": {"type": "string"}},
        },
    ]
}
_DOCUMENT_SCHEMA = {"anyOf": [{"type": "string"}, {"type": "object"}]}

QueryField = Annotated[str, PlainValidator(read_query), Schema(_QUERY_SCHEMA)]
DocumentField = Annotated[Document, PlainValidator(read_document), Schema(_DOCUMENT_SCHEMA)]
DocumentList = Annotated[list[DocumentField], BeforeValidator(_refuse_empty)]
Count = Annotated[int, Field(ge=0)]
Deadline = Annotated[int, Field(ge=1, le=MAX_DEADLINE_MS)]


class Body(BaseModel):
    """What every request body has beside its dialect's own keys."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    query: QueryField
    model: str | None = None
    deadline_ms: Deadline | None = None
    """Ours: milliseconds after which no answer is wanted."""
    order: Order | None = None
    """Ours: `input` for results in the order of the documents."""

    @property
    def deadline_s(self) -> float | None:
        return None if self.deadline_ms is None else self.deadline_ms / 1000


AnyBody = TypeVar("AnyBody", bound=Body)


def validate(kind: type[AnyBody], body: Mapping[str, Any]) -> AnyBody:
    """The body as `kind`. Raises InvalidRequest with the JSON path of the first fault."""
    try:
        return kind.model_validate(body)
    except ValidationError as fault:
        raise fault_of(fault) from None
