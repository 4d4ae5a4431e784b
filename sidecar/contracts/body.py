"""What request bodies have in common: the query, the documents, and the keys of every dialect.

Each body is validated once, as its dialect's subclass of `Options` or `Body`. Unknown keys are
ignored, and every optional key may be null: clients send both.
"""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Annotated, Any, ClassVar

import orjson
from pydantic import (
    BeforeValidator,
    ConfigDict,
    Field,
    PlainValidator,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from sidecar.contracts.content_parts import TEXT_ALONE, TEXT_FORMS, text_of
from sidecar.contracts.control import ControlKeys, control_of
from sidecar.contracts.loose_types import NUMBER
from sidecar.contracts.validation import check_count, kind_of
from sidecar.errors import NoDocuments
from sidecar.request import Document, Order, RankRequest
from sidecar.schema import RERANK_DOC


def read_document(value: object) -> Document:
    """A document from a string (always text, whatever it looks like) or an object of fields.

    {"text": "..."} alone is the common spelling of plain text, and the field `rerank_doc` without
    another is the string that it holds; null is an empty text.
    """
    if value is None:
        return Document(text="")
    if isinstance(value, str):
        return Document(text=value, source=value, size=len(value))
    if isinstance(value, dict):
        text = _text_alone(value)
        if text is not None:
            return Document(text=text, source=value, size=len(text))
        try:
            size = len(orjson.dumps(value))
        except orjson.JSONEncodeError:  # it reads 1024 levels and writes 254
            raise ValueError("is nested too deeply, or holds what JSON cannot") from None
        return Document(fields=value, source=value, size=size)
    raise ValueError(f"must be a string or an object, not {kind_of(value)}")


def _text_alone(value: Mapping[str, Any]) -> str | None:
    """The text of an object that stands for one; OpenSearch 3 sends the fields that a hit lacks as
    null beside it."""
    text = value.get("text")
    if len(value) == 1 and isinstance(text, str):
        return text
    text = value.get(RERANK_DOC)
    if isinstance(text, str) and all(v is None for k, v in value.items() if k != RERANK_DOC):
        return text
    return None


def read_api_document(value: object) -> Document:
    """As `read_document`, but content parts are their text. Raises ValueError for an image part.

    Not for the search engines' hits, whose fields are their own.
    """
    if (text := text_of(value)) is not None:
        return read_document(text)
    return read_document(value)


def read_text_document(value: object) -> Document:
    """As `read_api_document`, for dialects with image documents. Raises ValueError for an image:
    its address or its bytes are no text."""
    if isinstance(value, dict) and value.get("image"):
        raise ValueError(f"holds an image, {TEXT_ALONE}")
    return read_api_document(value)


def counted(value: object, info: ValidationInfo) -> object:
    """The value. Raises NoDocuments for an empty list, InvalidRequest for too long a one."""
    if isinstance(value, list):
        if not value:
            raise NoDocuments("$: the list of documents is empty")
        check_count(value, info)
    return value


def select_fields(documents: Iterable[Document], names: Iterable[str]) -> tuple[Document, ...]:
    """The documents with only the named fields, in that order, or whole without names. A text
    document stays as it is, and each document keeps its source."""
    names = tuple(names)
    return tuple(_select(document, names) if names else document for document in documents)


def _select(document: Document, names: tuple[str, ...]) -> Document:
    source = document.source
    if isinstance(source, str):
        return document
    selected = read_document({name: source[name] for name in names if name in source})
    return Document(selected.text, selected.fields, source, selected.size)


def _with_vector_aside(document: Document, name: str) -> Document:
    """The document without its field of that name, which it keeps as its vector where it is one."""
    source = document.source
    if isinstance(source, str) or name not in source:
        return document
    rest = document
    if name in document.fields:
        rest = read_document({key: part for key, part in document.fields.items() if key != name})
    vector: Any = source[name] if isinstance(source[name], list) else None
    return replace(rest, source=source, vector=vector)


class Query(ControlKeys):
    """A query: its text, and the control keys where it is an object."""

    text: str
    text_keys: ClassVar[tuple[str, ...]] = ("query", "query_text")
    """Of an object; the first that holds a string is the text."""

    @model_validator(mode="before")
    @classmethod
    def _read(cls, value: object) -> Mapping[str, Any]:
        if isinstance(value, str):
            return {"text": value}
        if isinstance(value, Mapping):
            for key in cls.text_keys:
                if isinstance(text := value.get(key), str):
                    return {**value, "text": text}
            if (parts := text_of(value)) is not None:
                return {"text": parts}
            raise ValueError("an object must hold a string `query` or `query_text`")
        raise ValueError(f"must be a string or an object, not {kind_of(value)}")


_QUERY_SCHEMA = {
    "anyOf": [
        {"type": "string"},
        {
            "type": "object",
            "properties": {"query": {"type": "string"}, "query_text": {"type": "string"}},
            "anyOf": [{"required": ["query"]}, {"required": ["query_text"]}],
        },
        *TEXT_FORMS,
    ]
}
DOCUMENT_SCHEMA = {"anyOf": [{"type": "string"}, {"type": "object"}, {"type": "null"}]}

_Hit = Annotated[Document, PlainValidator(read_document), WithJsonSchema(DOCUMENT_SCHEMA)]
_Document = Annotated[Document, PlainValidator(read_api_document), WithJsonSchema(DOCUMENT_SCHEMA)]
_Text = Annotated[Document, PlainValidator(read_text_document), WithJsonSchema(DOCUMENT_SCHEMA)]
HitList = Annotated[list[_Hit], Field(min_length=1), BeforeValidator(counted)]
DocumentList = Annotated[list[_Document], Field(min_length=1), BeforeValidator(counted)]
TextList = Annotated[list[_Text], Field(min_length=1), BeforeValidator(counted)]
Count = Annotated[int, Field(ge=0), NUMBER]


class Options(ControlKeys):
    """The keys of every body beside its dialect's own."""

    model_config = ConfigDict(use_attribute_docstrings=False)

    model: str | None = None
    order: Order | None = None
    """Ours: `input` for results in the order of the documents."""
    query: Annotated[
        ControlKeys | None,
        BeforeValidator(lambda value: value if isinstance(value, Mapping) else None),
        WithJsonSchema({}),
    ] = None
    """For dialects that have no query key: only an object's control keys count."""

    @abstractmethod
    def to_request(self) -> RankRequest:
        """The request that the body makes. Raises InvalidRequest where its keys do not fit."""

    def request(self, query: str, documents: Iterable[Document], **own: Any) -> RankRequest:
        """The request with what every body may say, and what the dialect's `own` keys do."""
        keys = self.given() | (self.query.given() if self.query else {})
        if (diversify := keys.get("diversify")) and diversify.by_vectors:
            documents = [_with_vector_aside(each, diversify.name) for each in documents]
        shared = {"order": self.order or "score", "model": self.model, "control": control_of(keys)}
        return RankRequest(query, tuple(documents), **(shared | own))


class Body(Options):
    """A body with one query for all its documents."""

    query: Annotated[Query, WithJsonSchema(_QUERY_SCHEMA)]
