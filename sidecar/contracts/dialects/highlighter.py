"""OpenSearch's semantic highlighter (3.3 and newer): sentences of a field that answer the search.

    {"inputs": [{"question": "red shoes", "context": "Light. The upper is red."}, ...]}
    {"highlights": [[{"start": 7, "end": 24}], ...]}

A list for each input, in their order, ascending; offsets count UTF-16 code units of the context, as
Java's strings do. Source of the contract: MLCommonsClientAccessor, HighlightResultApplier and
SemanticHighlighterEngine of neural-search 3.6.0; the body is what the connector makes of it.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from sidecar.contracts.body import Options, counted
from sidecar.contracts.dialect import QUESTIONS, Dialect
from sidecar.contracts.extras import extras
from sidecar.contracts.numbers import ascii_only, dumps
from sidecar.request import Document, RankRequest, RankResult, RelevantSpan, SpanOptions

HIGHLIGHTS = SpanOptions(threshold=0.5, margin=1.0, alone=True)
"""Of the judged sentences of wikiqa_dev and trecqa_dev (204 questions with a pool of 20), 52 % of
the marked ones answered the question and 69 % of the answers were marked; with a margin of 2 these
are 41 % and 84 %. Of sentences about something else 11 % had a mark in a pool of 12, with a
threshold of 0.1 it was 75 %."""

_Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]


class HighlightInput(BaseModel):
    """A search and a field of one of its hits."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    question: _Text
    context: _Text


class HighlightBody(Options):
    inputs: Annotated[list[HighlightInput], Field(min_length=1), BeforeValidator(counted)]
    context: Annotated[
        dict[str, Any] | None,
        BeforeValidator(lambda value: value if isinstance(value, Mapping) else None),
        WithJsonSchema({}),
    ] = None
    """The control key; beside `inputs` connectors may also send an empty text of that name."""

    def to_request(self) -> RankRequest:
        questions = tuple(each.question for each in self.inputs)
        texts = [each.context for each in self.inputs]
        return self.request(
            questions[0],
            [Document(text=text, source=text, size=len(text)) for text in texts],
            queries=questions if len(set(questions)) > 1 else (),
            order="input",
            spans=HIGHLIGHTS,
        )


def encode(request: RankRequest, result: RankResult, request_id: str) -> bytes:
    """ASCII only, as for every answer to ml-commons."""
    highlights = [
        _highlights(document.text or "", result.spans.get(index, ()))
        for index, document in enumerate(request.documents)
    ]
    return ascii_only(dumps({"highlights": highlights, **extras(result)}))


def _highlights(text: str, spans: Sequence[RelevantSpan]) -> list[dict[str, int]]:
    """The spans in UTF-16 code units; a character beyond the first plane has two."""
    if text.isascii():
        return [{"start": span.start, "end": span.end} for span in spans]
    long = [place for place, character in enumerate(text) if character > "\uffff"]
    return [
        {
            "start": span.start + bisect_left(long, span.start),
            "end": span.end + bisect_left(long, span.end),
        }
        for span in spans
    ]


_OFFSET = {"type": "integer", "minimum": 0}
_HIGHLIGHT: dict[str, Any] = {
    "type": "object",
    "required": ["start", "end"],
    "properties": {"start": _OFFSET, "end": _OFFSET},
}
_RESPONSE = {
    "type": "object",
    "required": ["highlights"],
    "properties": {
        "highlights": {
            "type": "array",
            "description": "A list for each input, in UTF-16 code units of its context.",
            "items": {"type": "array", "items": _HIGHLIGHT},
        }
    },
}

OPENSEARCH_HIGHLIGHT = Dialect(
    name="opensearch-highlight",
    title="OpenSearch: semantic highlighter",
    paths=("/opensearch/highlight",),
    templates={"inputs": {"inputs": QUESTIONS}},
    example={
        "inputs": [
            {"question": "red shoes", "context": "Light. The upper is red."},
            {"question": "red shoes", "context": "A blue sock."},
        ]
    },
    body=HighlightBody,
    response=_RESPONSE,
    encode=encode,
    ordered=False,
    complete=True,
    ranks=False,
)
