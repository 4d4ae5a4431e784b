"""What a caller of the two-stage search may ask for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Body = dict[str, Any]
"""A search's body or its answer, as JSON."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rerank:
    """How the first stage's best hits are reranked. Raises ValueError for no fields or no window.

    The fields must be named: a whole `_source` may hold vectors, which a model reads as text.
    """

    fields: Sequence[str]
    """What of a hit the sidecar gets; dotted paths too."""
    window: int = 50
    """How many of the first hits are reranked."""
    profile: str | None = None
    weights: Mapping[str, float] = field(default_factory=dict)
    """Field -> weight for this search, in place of the profile's."""
    instruction: str | None = None
    context: Mapping[str, Any] = field(default_factory=dict)
    """What the profile's signals and hooks read."""
    score_field: str | None = None
    """The field under which a hit's first-stage score is sent: `_score` for the signal
    `first_stage`. None sends none: a profile that reads every field would read it as text."""
    deadline_s: float | None = None
    """Seconds for the reranking with its retries; None: the sidecar client's time-out."""

    def __post_init__(self) -> None:
        if self.window < 1 or not self.fields or isinstance(self.fields, str):
            raise ValueError("a window of 1 hit or more and a list of fields are needed")

    def options(self) -> dict[str, Any]:
        """What SidecarClient.rerank takes beside query and documents."""
        wishes = {
            "deadline_s": self.deadline_s,
            "profile": self.profile,
            "fields": dict(self.weights),
            "instruction": self.instruction,
            "context": dict(self.context),
        }
        return {key: value for key, value in wishes.items() if value not in (None, {})}


@dataclass(frozen=True, slots=True)
class Knn:
    """The nearest vectors as first stage, alone or beside a query: as many as the window takes."""

    field: str
    """A `dense_vector` or a `knn_vector`."""
    vector: Sequence[float]
    filter: Body | None = None
    """A query that every neighbour must match."""
    num_candidates: int | None = None
    """Elasticsearch: how many are looked at per shard; None: its own default. OpenSearch has no
    such number in a query."""
