"""What a search brings beside its documents, once it has been read. Nouns only.

query text --text/query--> Constraints ─┐
context sent with the search ───────────┼─► Search ─► signals, rules, hooks
documents --text/read--> fields ────────┘
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

Fields = Mapping[str, object]
"""A document's fields under the profile's names."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One thing that the query demands of a field: a value in the set, or a number in the range.

    `values` are normalised (lower case, folded); `low` and `high` are inclusive.
    """

    name: str
    values: frozenset[str] = frozenset()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """A query and its documents' fields, as signals and rules see them."""

    query: str
    documents: Sequence[Fields]
    constraints: Mapping[str, Constraint] = field(default_factory=dict)
    context: Mapping[str, object] = field(default_factory=dict)
    """What the caller sent as `context`: numbers, texts, `vectors: {name: [..]}`."""
