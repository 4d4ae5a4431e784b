"""Which (query, document) pairs a language model is asked, and what it reads of each document.

{"query_id": "q1", "query": "red shoes",
 "hits": [{"_id": "p1", "_source": {"title": "Red shoe"}}, {"_id": "p2", "text": "A blue shoe"}]}

One query per line, with the hits of a search in order; `hits` may be a search engine's own object.
Without a `query_id` a query is known by its text.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sidecar.errors import ModelError
from sidecar.workshop.jsonl import read_jsonl
from sidecar.workshop.judgements.judgements import Judgements
from sidecar.workshop.llm_judge.prompt import LlmJudgeError


class Pair(NamedTuple):
    """A document that is asked about."""

    query_id: str
    query: str
    document_id: str
    text: str
    """What the model reads."""


def read_pairs(
    file: Path,
    judgements: Judgements,
    *,
    size: int,
    fields: Sequence[str] = (),
    max_words: int = 400,
) -> list[Pair]:
    """The first `size` hits of each query, in the order of the file, each document once.

    `fields` are what is read of a source, all when there are none; a text is cut after `max_words`.
    Query IDs are those of the judgements where their texts are the same. Raises LlmJudgeError with
    the line that is not understood.
    """
    ids = {judgements.texts.get(query, query): query for query in judgements.grades}
    pairs: dict[tuple[str, str], Pair] = {}
    try:
        for number, row in read_jsonl(file):
            try:
                for pair in _of_query(row, ids, size, fields, max_words):
                    pairs.setdefault((pair.query_id, pair.document_id), pair)
            except ValueError as fault:
                raise LlmJudgeError(f"{file}, line {number}: {fault}") from None
    except ModelError as fault:
        raise LlmJudgeError(fault.message) from None
    if not pairs:
        raise LlmJudgeError(f"{file} holds no hit")
    return list(pairs.values())


def _of_query(
    row: Any, ids: Mapping[str, str], size: int, fields: Sequence[str], max_words: int
) -> Iterator[Pair]:
    query = row.get("query") if isinstance(row, dict) else None
    hits = row.get("hits") if isinstance(row, dict) else None
    hits = hits.get("hits") if isinstance(hits, dict) else hits
    if not isinstance(query, str) or not query.strip() or not isinstance(hits, list):
        raise ValueError('is not {"query": text, "hits": [...]}')
    query_id = str(row.get("query_id", ids.get(query, query)))
    for hit in hits[:size]:
        document_id = hit.get("_id") if isinstance(hit, dict) else None
        if not isinstance(document_id, str | int):
            raise ValueError("a hit has no _id")
        text = " ".join(_text(hit, fields).split(" ")[:max_words]).strip()
        if not text:
            raise ValueError(f"document {str(document_id)!r} has nothing to read")
        yield Pair(query_id, query, str(document_id), text)


def _text(hit: Mapping[str, Any], fields: Sequence[str]) -> str:
    """A hit's text, or its fields with a line for each."""
    source = hit.get("_source")
    if not isinstance(source, Mapping):
        return str(hit.get("text") or "")
    names = fields or tuple(source)
    values = ((name, _shown(source.get(name))) for name in names)
    return "\n".join(f"{name}: {value}" for name, value in values if value)


def _shown(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_shown, value)))
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_shown(part)}" for name, part in value.items() if _shown(part))
    return str(value)
