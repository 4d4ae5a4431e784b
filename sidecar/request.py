"""The nouns of a request, from the wire to the answer. No behaviour, no I/O.

RankRequest ──pipeline──► RankResult
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

Cut = Literal["right", "left"]
"""The end at which a query or a document that is too long is cut."""
OnDeadline = Literal["error", "partial"]
"""What the deadline does to a request that is not done: fails it, or ranks what is scored."""
OnFailure = Literal["error", "lexical", "order"]
"""What answers when the model fails: an error, BM25F, or the order in which the documents came."""
Priority = Literal["interactive", "batch"]
"""Whether somebody waits for the answer."""
Order = Literal["score", "input"]
"""Of the results: best first, or as the documents were sent."""


@dataclass(frozen=True, slots=True)
class Document:
    """One candidate: plain text, or named fields in the order in which they arrived."""

    text: str | None = None
    fields: Mapping[str, object] = field(default_factory=dict)
    source: str | Mapping[str, object] = ""
    """What the client sent, for dialects that give documents back."""
    size: int = 0
    """About how many characters: admission estimates the work from it."""
    vector: Sequence[float] | None = None
    """Sent with the document for `diversify`; it is no field, and the model does not read it."""


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
    diversify: Mapping[str, object] = field(default_factory=dict)
    """The keys of `schema.Diversify`, in place of the profile's."""
    explain: bool = False
    shapley: int = 0
    """How many of the best documents get exact Shapley values of their fields."""
    min_score: float | None = None
    """In [0, 1]: documents that score below it are left out, unless the request is `complete`."""
    on_deadline: OnDeadline | None = None
    """None leaves the service's own; of no effect where the request is `all_or_nothing`."""
    on_failure: OnFailure | None = None
    """None leaves the service's own, and its stand-in model; `error` wants neither. Of no effect
    where the request is `all_or_nothing`."""
    document_ids: Sequence[str] = ()
    """By which judgements know the documents, in their order; the model does not read them."""
    priority: Priority = "interactive"
    unit: str | None = None
    """Whom an experiment assigns to an arm: the user, as the caller names it."""
    arm: str | None = None
    """`EXPERIMENT/ARM`, where the caller has chosen the arm itself."""


@dataclass(frozen=True, slots=True)
class SpanOptions:
    """Which sentences of a result's text are returned with it."""

    threshold: float = 0.1
    """The least score, in [0, 1], that a sentence must have."""
    max_spans: int | None = None
    """Of each document, the best ones; None for all."""
    margin: float | None = None
    """How far below its document's best a sentence's calibrated logit may be; None: any."""
    alone: bool = False
    """Whether nothing else is wanted: documents get no scores of their own."""


@dataclass(frozen=True, slots=True)
class RankRequest:
    """What every dialect's body is decoded to."""

    query: str
    documents: tuple[Document, ...]
    control: Control = Control()
    order: Order = "score"
    top_n: int | None = None
    """How many results to return; None or 0 means all."""
    cut: Cut | None = "right"
    """None: a pair that does not fit the model is an error."""
    max_document_tokens: int | None = None
    max_query_tokens: int | None = None
    max_pair_tokens: int | None = None
    """At most so many ids in a pair, with query and prompt; None for the model's own limit."""
    raw_scores: bool = False
    """Answer with logits where the dialect lets the client ask for them."""
    return_documents: bool = False
    model: str | None = None
    """The model's name as the client gave it, echoed where a dialect does so."""
    queries: tuple[str, ...] = ()
    """For pairs with a query each: one per document, and `query` is the first. Otherwise empty."""
    spans: SpanOptions | None = None
    """None: no spans, which would cost a pair per sentence."""
    alone: bool = False
    """Whether the client sent one document outside of any list, and reads an answer without one."""
    complete: bool = False
    """Whether the answer needs every document, so that `min_score` leaves none out."""
    all_or_nothing: bool = False
    """Whether a search engine asks, which keeps its own order when the answer is an error: better
    than an order that is not the model's."""


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
class Effect:
    """How the order of a request's documents differs from the first stage's."""

    from_scores: bool
    """Whether the first stage's order is that of its scores; else it is that of the request."""
    top_1_changed: bool
    """Whether another document is first."""
    top_10_changed: bool | None
    """Whether the best 10 are other documents, in whatever order; None for 10 documents or less."""
    kendall_tau: float
    """Between the two orders of the first stage's 100 best documents, in [-1, 1]: 1 when they
    are the same, -1 when one is the other reversed, and less in amount the more scores are equal
    (tau-a)."""


@dataclass(frozen=True, slots=True)
class Degraded:
    """An answer that is not the model's, because the model failed."""

    by: Literal["stand_in", "lexical", "order"]
    """What answered."""
    reason: str
    """The `code` of the error that the answer would have been."""


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds spent per stage; `queue` is the wait for the first run, `infer` the time since."""

    tokenize: float = 0.0
    queue: float = 0.0
    infer: float = 0.0
    fuse: float = 0.0


@dataclass(frozen=True, slots=True)
class RankResult:
    """The answer: at most `top_n` results, in the requested order."""

    ranked: tuple[Ranked, ...]
    model: str
    tokens: int
    score_revision: str | None = None
    """Of the model that scored; None where none did."""
    cached: int = 0
    """Pairs that were not run for this request: their logits were known, or on their way."""
    truncated: tuple[int, ...] = ()
    """Indexes of the documents that were cut to fit the model."""
    truncated_queries: int = 0
    """How many queries were cut to fit the model: more than one only of pairs with a query each."""
    shortened: tuple[int, ...] = ()
    """Indexes of the long documents that were read in fewer windows to meet the deadline."""
    without_fields: tuple[int, ...] = ()
    """Indexes of the documents in which the profile found none of its fields, read as text."""
    broken: tuple[int, ...] = ()
    """Indexes of the documents that are a piece of a JSON object, read as plain text."""
    unread: tuple[int, ...] = ()
    """Indexes of the documents in which the model knows few words."""
    query_unread: bool = False
    """Whether the model knows few words of the query."""
    below_min_score: int | None = None
    """How many documents were left out by `min_score`; None where none could be."""
    coverage: float | None = None
    """The share of the documents that were scored before the deadline; None where the answer could
    not be partial."""
    unscored: tuple[int, ...] = ()
    """Indexes of the documents that were not: they come behind the others."""
    degraded: Degraded | None = None
    """Set where the model failed, and something else answered."""
    warnings: tuple[str, ...] = ()
    """Messages for the client about this answer, such as a hook that was left out."""
    explanations: tuple[Mapping[str, object], ...] = ()
    """One per result if the request asks for them; see `sidecar.explain`."""
    spans: Mapping[int, tuple[RelevantSpan, ...]] = field(default_factory=dict)
    """By document, in the order of the text; a document that is not plain text has none."""
    effect: Effect | None = None
    """None for fewer than two documents, pairs with a query each, and what was not ranked."""
    pair_logits: Sequence[float] = ()
    """The model's own, one for each pair that was scored; none where no pair had to be."""
    timings: Timings = Timings()
