"""The nouns of a request, from the wire to the answer. No behaviour, no I/O.

RankRequest ──pipeline──► RankResult
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Cut = Literal["right", "left"]
"""Which end of a document that is too long goes away."""

Order = Literal["score", "input"]


@dataclass(frozen=True, slots=True)
class Document:
    """One candidate: plain text, or named fields in the order in which they arrived."""

    text: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    source: str | Mapping[str, object] = ""
    """What the client sent, for dialects that give documents back."""
    size: int = 0
    """Characters, about: what admission estimates the work from."""


@dataclass(frozen=True, slots=True)
class Control:
    """What a caller may set for one search, whatever the dialect."""

    profile: str | None = None
    weights: Mapping[str, float] = field(default_factory=dict)
    """Field -> weight, in place of the profile's."""
    instruction: str | None = None
    context: Mapping[str, object] = field(default_factory=dict)
    """Numbers, texts, `vectors` and `user` facts that signals and hooks read."""
    deadline_s: float | None = None
    """Seconds from arrival; None leaves the service's own."""
    long: Mapping[str, object] = field(default_factory=dict)
    """Settings for long documents in place of the profile's: `text/long_documents`."""
    explain: bool = False
    shapley: int = 0
    """For how many of the best documents exact Shapley values of their fields are wanted."""


@dataclass(frozen=True, slots=True)
class SpanOptions:
    """Which sentences of a result's text are returned with it."""

    threshold: float = 0.1
    """Least score, in [0, 1]."""
    max_spans: int | None = None
    """Of a document, the best ones; None for all."""


@dataclass(frozen=True, slots=True)
class RankRequest:
    """What every dialect is decoded to."""

    query: str
    documents: tuple[Document, ...]
    control: Control = Control()
    order: Order = "score"
    top_n: int | None = None
    """How many results to return; None or 0 means all."""
    cut: Cut | None = "right"
    """None: a pair that does not fit the model is an error."""
    max_document_tokens: int | None = None
    max_pair_tokens: int | None = None
    """Most ids of a pair, query and prompt included; None for as many as the model takes."""
    raw_scores: bool = False
    """Answer with logits where the dialect lets the client ask for them."""
    return_documents: bool = False
    model: str | None = None
    """The model's name as the client gave it, echoed where a dialect does so."""
    queries: tuple[str, ...] = ()
    """For pairs with a query each: one per document, and `query` is the first. Else empty."""
    spans: SpanOptions | None = None
    """None: no spans are looked for, which would cost a pair per sentence."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """A document's place: its index in the request, its logit and its score in [0, 1]."""

    index: int
    logit: float
    score: float


@dataclass(frozen=True, slots=True)
class RelevantSpan:
    """A sentence of a document's text, `[start, end)` in code points, and its score in [0, 1]."""

    start: int
    end: int
    score: float


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds spent per stage; `queue` is the wait for the first run, `infer` the time since."""

    tokenize: float = 0.0
    queue: float = 0.0
    infer: float = 0.0
    fuse: float = 0.0


@dataclass(frozen=True, slots=True)
class RankResult:
    """The answer: results in the order that was asked for, at most `top_n` of them."""

    ranked: tuple[Ranked, ...]
    model: str
    tokens: int
    truncated: tuple[int, ...] = ()
    """Indexes of the documents that were cut to fit the model."""
    unread: tuple[int, ...] = ()
    """Indexes of the documents of whose words the model knows few."""
    query_unread: bool = False
    """Whether it knows few of the query's words."""
    warnings: tuple[str, ...] = ()
    """What the client should know of this answer: a hook that was left out, say."""
    explanations: tuple[Mapping[str, object], ...] = ()
    """One per result when they were asked for; see `sidecar.explain`."""
    spans: Mapping[int, tuple[RelevantSpan, ...]] = field(default_factory=dict)
    """By document, in the order of the text; a document that is not plain text has none."""
    timings: Timings = Timings()
