"""Which (query, document) pairs a language model is asked, and what it reads of each document.

They come from a file as `evaluate` reads it (`evaluation.candidates_file`), of which every query
counts, judged or not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from sidecar.judgements.judgements import Judgements
from sidecar.workshop.evaluation.candidates import EvaluationError, Hit, read_hit
from sidecar.workshop.evaluation.candidates_file import read_queries
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
    a line for each that is not understood.
    """
    read = partial(_read, fields=fields, max_words=max_words)
    try:
        found = read_queries(file, judgements, read, size=size, merge=True)
    except EvaluationError as fault:
        raise LlmJudgeError(fault.message) from None
    pairs = [
        Pair(each.query_id, each.query, hit.id, str(hit.document))
        for each in found.values()
        for hit in each.hits
    ]
    if not pairs:
        raise LlmJudgeError(f"{file} holds no hit")
    return pairs


def _read(hit: Mapping[str, Any], fields: Sequence[str], max_words: int) -> Hit:
    """The hit, whose document is the text that the model reads."""
    found = read_hit(hit, fields, None, None)
    text = " ".join(_text(found.document).split(" ")[:max_words]).strip()
    if not text:
        raise ValueError("has nothing to read")
    return replace(found, document=text)


def _text(document: Mapping[str, Any] | str) -> str:
    """A text, or fields with a line for each."""
    if isinstance(document, str):
        return document
    values = ((name, _shown(value)) for name, value in document.items())
    return "\n".join(f"{name}: {value}" for name, value in values if value)


def _shown(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, list):
        return ", ".join(filter(None, map(_shown, value)))
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {_shown(part)}" for name, part in value.items() if _shown(part))
    return str(value)
