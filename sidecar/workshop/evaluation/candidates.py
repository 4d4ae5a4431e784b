"""What the first stage found: for each query its hits, best first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from es_integration.search.source import hit_document
from sidecar.errors import StartupError


class EvaluationError(StartupError):
    """An evaluation that cannot be made; says what is wrong with which file, query or option."""

    code = "evaluation"


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that the first stage found."""

    id: str
    """As the judgements name it."""
    document: Mapping[str, Any] | str
    """What the model reads: the fields that are sent, or a text."""
    title: str
    """What a reader recognises the document by."""
    score: float | None = None
    """The first stage's own."""


@dataclass(frozen=True, slots=True)
class Candidates:
    """A query's hits."""

    query_id: str
    query: str
    hits: tuple[Hit, ...]
    took_ms: float | None = None
    """What the cluster says that the search took."""


NO_ROW = 'is not {"query": ..., "hits": [...]}'
"""What is wrong with a row that is something else."""


def raw_hits(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The hits of a query's row, which may be a search engine's own (`{"hits": [...]}`). Raises
    ValueError for what is no list of hits."""
    hits = row["hits"]
    if isinstance(hits, dict):
        hits = hits.get("hits")
    if not isinstance(hits, list) or not all(isinstance(hit, dict) for hit in hits):
        raise ValueError("`hits` is no list of hits")
    return hits


def read_hit(
    hit: Mapping[str, Any], fields: Sequence[str], id_field: str | None, title_field: str | None
) -> Hit:
    """A hit of a search engine's answer.

    `fields` are sent to the model, all of `_source` when there are none. `id_field` holds the ID
    that the judgements use, when that is not `_id`. Raises ValueError for a hit without either.
    """
    source = hit.get("_source")
    text = hit.get("text")
    if isinstance(source, Mapping):
        document: Mapping[str, Any] | str = hit_document(hit, fields) if fields else dict(source)
    elif isinstance(text, str):
        source, document = {}, text
    elif fields and isinstance(hit.get("fields"), Mapping):
        source, document = {}, hit_document(hit, fields)
    else:
        raise ValueError("has no `_source`")
    value = hit.get("_id") if id_field is None else source.get(id_field)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise ValueError(f"has no `{id_field or '_id'}`")
    score = hit.get("_score")
    number = float(score) if isinstance(score, int | float) else None
    return Hit(str(value), document, title_of(source, document, title_field), number)


def title_of(
    source: Mapping[str, Any], document: Mapping[str, Any] | str, title_field: str | None
) -> str:
    """The named field; else a field that is usually a title; else the first text."""
    if isinstance(document, str):
        return shortened(document)
    names = (title_field,) if title_field else ("title", "name", "headline")
    for name in names:
        if isinstance(value := source.get(name), str) and value.strip():
            return shortened(value)
    texts = (value for value in document.values() if isinstance(value, str) and value.strip())
    return shortened(next(texts, ""))


def shortened(text: str, length: int = 100) -> str:
    """The text on one line, cut to that many characters."""
    line = " ".join(text.split())
    return line if len(line) <= length else f"{line[: length - 1]}…"
