"""What a caller of the two-stage search can set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from es_integration.cluster.procedure import Body

OnDeadline = Literal["error", "partial"]
OnFailure = Literal["error", "lexical"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerank:
    """How the best hits of the first stage are reranked. Raises ValueError without fields, for a
    window below 1, for a least score that no score has, or for what should be a mapping.

    The fields must be named: a whole `_source` may hold vectors, which a model would read as text.
    """

    fields: Sequence[str]
    """The fields of a hit that the sidecar gets; dotted paths too."""
    window: int = 50
    """The rank window: how many of the first hits are reranked (rank_window_size in
    Elasticsearch)."""
    profile: str | None = None
    model: str | None = None
    """The name of a model that the sidecar serves; its default model when absent."""
    weights: Mapping[str, float] = field(default_factory=dict)
    """Field -> weight for this search, in place of the profile's."""
    instruction: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    """Values that the profile's signals and hooks read."""
    score_field: str | None = None
    """The field in which a hit's first-stage score is sent: `_score` for the signal `first_stage`.
    None sends no score: a profile that reads every field would read it as text."""
    send_ids: bool = False
    """Whether the sidecar gets each hit's `_id`, for its metrics of searches with judgements; the
    model does not read it."""
    min_score: float | None = None
    """In [0, 1]: hits that score below it are left out, and so are those behind the window, which
    have no score. A search that is not reranked keeps all its hits."""
    diversify: Mapping[str, Any] = field(default_factory=dict)
    """`lambda`, `by`, `field` and `top`: hits that are alike are kept apart. Vectors are fetched
    and sent beside `fields`, and the model does not read them; any other field is one of these."""
    on_deadline: OnDeadline | None = None
    """`partial`: the hits that are scored at the deadline are ranked, and the others follow in the
    first stage's order; the report has the share of the window as `coverage`. `error` keeps the
    first stage's order instead. None: as the sidecar's setting says."""
    on_failure: OnFailure | None = None
    """`lexical`: BM25F of the fields ranks when the model fails, and the report says `degraded`.
    `error` keeps the first stage's order instead. None: as the sidecar's setting says."""
    deadline_s: float | None = None
    """Seconds for the reranking, retries included; None: the sidecar client's time-out."""

    def __post_init__(self) -> None:
        if self.window < 1 or not self.fields or isinstance(self.fields, str):
            raise ValueError("a window of 1 hit or more and a list of fields are needed")
        if self.min_score is not None and not 0 <= self.min_score <= 1:
            raise ValueError("min_score: scores are in [0, 1]")
        for name in ("weights", "context", "diversify"):
            if not isinstance(getattr(self, name), Mapping):
                raise ValueError(f"{name}: needs a mapping, as {{}} is")

    @property
    def sent_fields(self) -> tuple[str, ...]:
        """The fields of a hit that the sidecar gets."""
        if not self.diversify or self.diversify.get("by", "vectors") != "vectors":
            return tuple(self.fields)
        vectors = str(self.diversify.get("field") or "vector")
        return tuple(dict.fromkeys((*self.fields, vectors)))

    def request_options(self) -> dict[str, Any]:
        """The keyword arguments of SidecarClient.rerank beside query and documents."""
        options = {
            "deadline_s": self.deadline_s,
            "profile": self.profile,
            "model": self.model,
            "fields": dict(self.weights),
            "instruction": self.instruction,
            "context": dict(self.context),
            "min_score": self.min_score,
            "diversify": dict(self.diversify),
            "on_deadline": self.on_deadline,
            "on_failure": self.on_failure,
        }
        return {key: value for key, value in options.items() if value not in (None, {})}


@dataclass(frozen=True, slots=True)
class Knn:
    """The nearest vectors as the first stage, alone or beside a query; as many as the window."""

    field: str
    """A `dense_vector` or a `knn_vector`."""
    vector: Sequence[float] | None = None
    """Of the text; None: the sidecar's encoder makes it. If it cannot, the body's query searches
    alone, and the report has the reason as `without_vector`; without a query SidecarError is
    raised."""
    filter: Body | None = None
    """A query that every neighbour must match."""
    num_candidates: int | None = None
    """Elasticsearch: how many candidates each shard considers; None: its default. OpenSearch has no
    such parameter in a query."""
    model: str | None = None
    """The name of the encoder, where the sidecar has several."""
    deadline_s: float | None = None
    """Seconds for the vector, retries included; None: the sidecar client's time-out."""
