"""What a dialect is: its routes, how a body becomes a request, how a result becomes bytes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sidecar.contracts.body import Options
from sidecar.contracts.validation import validate
from sidecar.request import RankRequest, RankResult

QUERY, DOCUMENTS, OBJECTS, PAIRS = "{query}", "{documents}", "{objects}", "{pairs}"
LINES, QUESTIONS = "{lines}", "{questions}"
"""Placeholders of a template: the query's text; the documents; the documents with each text as
{"text": ...}; each document in a list behind the query; the documents as one text with a line
each; each document as a `context` beside the query as `question`."""
Template = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One wire contract, in full."""

    name: str
    """Labels its metrics and names its folder of golden files."""
    title: str
    """For people, in the playground."""
    paths: tuple[str, ...]
    """Its own: a body with one of the keys of `templates` is this dialect's there."""
    shared_paths: tuple[str, ...] = ()
    """Other dialects' paths, on which one of `marks` shows that a body is this dialect's."""
    marks: tuple[str, ...] = ()
    """Keys that no other dialect has; their values may be null."""
    templates: Mapping[str, Template]
    """The key that holds the documents -> a body as the dialect's clients write it, with
    placeholders."""
    example: Mapping[str, Any]
    """A request body that is worth showing, with two documents."""
    body: type[Options]
    """What a request body is validated as."""
    response: Mapping[str, Any]
    """The response's JSON schema."""
    encode: Callable[[RankRequest, RankResult, str], bytes]
    """The response body; the third argument is the request id."""
    ordered: bool = True
    """Whether documents come in the first stage's order. A search engine's hits come in no order
    that means anything: an answer is all of the model's order, or an error."""
    complete: bool = False
    """Whether an answer needs every document, because its clients go by the place of a score:
    `min_score` then leaves none out."""
    ranks: bool = True
    """Whether a response has a score for each document: a highlighter's has places in their
    texts."""
    error: Callable[[Mapping[str, Any]], Mapping[str, Any]] = lambda flat: flat
    """The error body that its clients read, from the flat one of `errors`."""

    def decode(self, body: Mapping[str, Any], *, max_documents: int | None = None) -> RankRequest:
        """The request of a body. Raises InvalidRequest with the JSON path of the fault, and for
        more documents than `max_documents`."""
        request = validate(self.body, body, max_documents=max_documents).to_request()
        if not self.ordered:
            return replace(request, complete=self.complete, all_or_nothing=True)
        return replace(request, complete=True) if self.complete else request

    def is_marked(self, key: str, body: Mapping[str, Any]) -> bool:
        """Whether a body with documents under `key` is this dialect's on a shared path."""
        return key in self.templates and any(mark in body for mark in self.marks)

    @property
    def has_extras(self) -> bool:
        """Whether a response has room for warnings and explanations: a bare array has none."""
        return bool(self.response["type"] == "object")
