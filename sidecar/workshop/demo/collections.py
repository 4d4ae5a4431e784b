"""The bundled collections: a shop's catalogue and a set of contract clauses, with judged queries.

    products   310 products: title, brand, category, description, attributes
    contracts  318 clauses: title, text

Both were written for this project. Word overlap misleads in their queries; each query's note says
how.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.resources import files
from typing import Any


class CollectionName(StrEnum):
    """The collections by name, as `--collection` takes them."""

    PRODUCTS = "products"
    CONTRACTS = "contracts"


@dataclass(frozen=True, slots=True)
class Document:
    """A product or a clause."""

    id: str
    title: str
    source: Mapping[str, object]
    """All fields, id and title included."""

    def fields(self, names: tuple[str, ...]) -> dict[str, object]:
        """The named fields, in that order."""
        return {name: self.source[name] for name in names}


@dataclass(frozen=True, slots=True)
class Query:
    """A query with its judgements and note; a user's own query has neither."""

    collection: CollectionName
    text: str
    relevant: Mapping[str, int]
    """Grade of each relevant document by its id, from 1 (acceptable) to 3 (exact)."""
    note: str = ""
    """Why words mislead."""


@dataclass(frozen=True, slots=True)
class Collection:
    """Documents, the queries for them, and which fields BM25 and the model read."""

    name: CollectionName
    documents: tuple[Document, ...]
    queries: tuple[Query, ...]
    searched: tuple[str, ...]
    """The fields that BM25 searches."""
    sent: tuple[str, ...]
    """The fields that the model reads, as one JSON object per hit."""

    def text(self, document: Document) -> str:
        """The searched fields, joined."""
        return " ".join(str(value) for value in document.fields(self.searched).values())


Collections = Mapping[CollectionName, Collection]


def load(name: CollectionName) -> Collection:
    """The bundled collection of that name."""
    match name:
        case CollectionName.PRODUCTS:
            searched = ("title", "brand", "category", "description")
            return _read(name, "products", "product_queries", searched, (*searched, "attributes"))
        case CollectionName.CONTRACTS:
            return _read(name, "clauses", "clause_queries", ("title", "text"), ("title", "text"))


def _read(
    name: CollectionName,
    documents: str,
    queries: str,
    searched: tuple[str, ...],
    sent: tuple[str, ...],
) -> Collection:
    return Collection(
        name,
        tuple(Document(row["id"], row["title"], row) for row in _rows(documents)),
        tuple(Query(name, row["query"], row["relevant"], row["note"]) for row in _rows(queries)),
        searched,
        sent,
    )


def _rows(file: str) -> list[dict[str, Any]]:
    text = (files("sidecar.workshop.demo") / "data" / f"{file}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines() if line]
