"""The parts that request bodies share, and one reading of their faults.

A fault is told with its JSON path: `$.documents[1]: ...`. Keys that nobody knows are ignored, and
every optional key may be null: clients send both.
"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeVar

import orjson
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationError
from pydantic import WithJsonSchema as Schema

from sidecar.contracts.faults import fault_of, kind_of
from sidecar.errors import InvalidRequest, MalformedBody, NoDocuments
from sidecar.request import Document, Order, RankRequest


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
            raise ValueError("is nested too deeply, or holds what JSON cannot") from None
        return Document(fields=value, source=value, size=size)
    raise ValueError(f"must be a string or an object, not {kind_of(value)}")


def fields_of(documents: Iterable[Document], names: Iterable[str]) -> tuple[Document, ...]:
    """The documents with the named fields alone, in that order; text documents stay as they are,
    and each keeps the source that it came with."""
    wanted = tuple(names)
    return tuple(_with_fields(each, wanted) if wanted else each for each in documents)


def _with_fields(document: Document, names: tuple[str, ...]) -> Document:
    source = document.source
    if isinstance(source, str):
        return document
    chosen = read_document({name: source[name] for name in names if name in source})
    return Document(chosen.text, chosen.fields, source, chosen.size)


def refuse_empty(value: object) -> object:
    """The value. Raises NoDocuments for a list of none."""
    if value == []:
        raise NoDocuments("$: the list of documents is empty")
    return value


def read_text(value: object) -> Document:
    """As `read_document`, for dialects in which `image` means one. Raises ValueError for it: its
    address or its bytes are no text."""
    if isinstance(value, dict) and value.get("image"):
        raise ValueError("holds an image, and the model reads text alone")
    return read_document(value)


_QUERY_SCHEMA = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {"query": {"type": "string"}, "query_text": {"type": "string"}},
            "anyOf": [{"required": ["query"]}, {"required": ["query_text"]}],
        },
    ]
}
DOCUMENT_SCHEMA = {"anyOf": [{"type": "string"}, {"type": "object"}]}

QueryField = Annotated[str, PlainValidator(read_query), Schema(_QUERY_SCHEMA)]
DocumentField = Annotated[Document, PlainValidator(read_document), Schema(DOCUMENT_SCHEMA)]
DocumentList = Annotated[list[DocumentField], Field(min_length=1), BeforeValidator(refuse_empty)]
TextField = Annotated[Document, PlainValidator(read_text), Schema(DOCUMENT_SCHEMA)]
TextList = Annotated[list[TextField], Field(min_length=1), BeforeValidator(refuse_empty)]
Count = Annotated[int, Field(ge=0)]


class Options(BaseModel):
    """What every request body may have beside its dialect's own keys."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    model: str | None = None
    order: Order | None = None
    """Ours: `input` for results in the order of the documents."""


class Body(Options):
    """A body with one query for all its documents."""

    query: QueryField

    def request(self, documents: Iterable[Document], **more: Any) -> RankRequest:
        """The request of this body for the documents; `more` is what the dialect's keys say."""
        return RankRequest(
            query=self.query,
            documents=tuple(documents),
            order=self.order or "score",
            model=self.model,
            **more,
        )


AnyBody = TypeVar("AnyBody", bound=Options)


def validate(kind: type[AnyBody], body: Mapping[str, Any]) -> AnyBody:
    """The body as `kind`. Raises InvalidRequest with the JSON path of the first fault."""
    try:
        return kind.model_validate(body)
    except ValidationError as fault:
        raise fault_of(fault) from None
