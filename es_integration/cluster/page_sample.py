"""The documents by which the time of a page is measured: hits of the index, or examples."""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from es_integration.cluster.procedure import Body, Procedure
from es_integration.errors import ClusterRefused

SAMPLE_SIZE = 20
RANDOM_HITS: Body = {
    "function_score": {
        "query": {"match_all": {}},
        "random_score": {"seed": 1, "field": "_seq_no"},
    }
}
"""The same hits each time, and not the first ones of the index."""
_SENTENCE = "Sentence {number} of document {document} has eleven words and ends here."
_SENTENCE_WORDS = 11
_LONG_FIELDS = ("text", "description")


@dataclass(frozen=True)
class TypicalSearch:
    """A search as users send it."""

    size: int
    """How many hits it reranks."""
    query_text: str
    index: str | None = None
    """Where its hits are; None, or where there are none: example documents are measured."""
    example_words: int = 200
    """The length of an example document."""


@dataclass(frozen=True)
class Sample:
    documents: tuple[Any, ...]
    kind: str
    """What each of them is: "document of products"."""

    def first(self, count: int) -> str:
        """What the first so many are: "20 documents of products"."""
        return (
            f"{count} {self.kind if count == 1 else self.kind.replace('document', 'documents', 1)}"
        )


def take_sample(
    find: Callable[[str], Procedure[Sequence[Mapping[str, Any]]]],
    search: TypicalSearch,
    fields: Sequence[str],
    example_fields: Sequence[str],
) -> Procedure[Sample]:
    """The `fields` of the hits that `find` finds in the search's index, else example documents."""
    hits: Sequence[Mapping[str, Any]] = ()
    if search.index is not None:
        with suppress(ClusterRefused):  # No such index, or not for these credentials.
            hits = yield from find(search.index)
    return sample_of(hits, fields, search, example_fields)


def sample_of(
    hits: Sequence[Mapping[str, Any]],
    fields: Sequence[str],
    search: TypicalSearch,
    example_fields: Sequence[str],
) -> Sample:
    """The `fields` of the hits; where the hits have none of them, example documents."""
    documents = [
        {field: hit["_source"][field] for field in fields if field in hit.get("_source", {})}
        for hit in hits
    ]
    documents = [document for document in documents if document]
    if documents:
        return Sample(tuple(documents), f"document of {search.index}")
    return Sample(
        tuple(_example(example_fields, search.example_words, at) for at in range(SAMPLE_SIZE)),
        f"example document of {search.example_words} words",
    )


def text_of(document: Mapping[str, Any], field: str) -> str:
    """What is sent where a hit is one text: the field, or all of an example document, as the ingest
    pipelines of `mappings` write it."""
    value = document.get(field, document)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _example(fields: Sequence[str], words: int, document: int) -> Body:
    """A document of that many words, all in the one field that is usually long."""
    field = next((field for field in _LONG_FIELDS if field in fields), fields[0])
    sentences = (
        _SENTENCE.format(number=number, document=document)
        for number in range(1, 1 + max(1, round(words / _SENTENCE_WORDS)))
    )
    return {field: " ".join(sentences)}
