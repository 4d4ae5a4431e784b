"""A document's passage: the segments that the model reads beside the query, in order.

Plain text is one segment without a label. Named fields become `label: value` segments, one a
line. The reading of a value is fixed:

    "red"                      red
    12.5, true                 12.5, true
    null, "", [], {}           the field is left out
    ["red", "blue"]            red, blue
    {"size": "M", "fit": 2}    size: M, fit: 2
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sidecar.model import Cut, Document

CHARACTERS_PER_TOKEN = 32
"""Longest run of characters that a token of the budget pays for. English needs 4 to 5, so text
is only cut here when it is far beyond the budget: a 1 MB document costs no 1 MB of tokenising."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A labelled piece of a passage; `text` holds the label already."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    segments: tuple[Segment, ...]
    cut: bool = False
    """True when characters were left out to stay within the budget."""


def compose(document: Document, budget_tokens: int, cut: Cut = "right") -> Passage:
    """The document as a passage of at most `budget_tokens * CHARACTERS_PER_TOKEN` characters."""
    if document.text is not None:
        segments = [Segment("", document.text)]
    else:
        segments = [
            Segment(label, f"{label}: {text}\n")
            for label, value in document.fields.items()
            if (text := read_value(value))
        ]
    return _cut_characters(segments, budget_tokens * CHARACTERS_PER_TOKEN, cut)


def read_value(value: object) -> str:
    """A field's value as text; see the table above. Returns "" for what is left out."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case Mapping():
            parts = ((str(key), read_value(part)) for key, part in value.items())
            return ", ".join(f"{key}: {text}" for key, text in parts if text)
        case list() | tuple():
            return ", ".join(text for part in value if (text := read_value(part)))
        case _:
            return str(value)


def _cut_characters(segments: list[Segment], limit: int, cut: Cut) -> Passage:
    if sum(len(segment.text) for segment in segments) <= limit:
        return Passage(tuple(segments))
    kept: list[Segment] = []
    left = limit
    for segment in segments if cut == "right" else reversed(segments):
        text = segment.text[:left] if cut == "right" else segment.text[-left:]
        kept.append(Segment(segment.label, text))
        left -= len(text)
        if left <= 0:
            break
    return Passage(tuple(kept if cut == "right" else reversed(kept)), cut=True)
