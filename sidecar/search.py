"""What a search brings beside its documents, once it has been read. Nouns only.

query text --text/query--> Constraints ─┐
context sent with the search ───────────┼─► Search ─► signals, rules, hooks
documents --text/read--> fields ────────┘
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

Fields = Mapping[str, object]
"""A document's fields under the profile's names."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One thing that the query demands of a field: a value in the set, or a number in the range;
    and none of the excluded values.

    `values` and `excluded` are normalised (lower case, folded); `low` and `high` are inclusive.
    """

    name: str
    values: frozenset[str] = frozenset()
    low: float | None = None
    high: float | None = None
    excluded: frozenset[str] = frozenset()
    """Values that the query does not want: {"leather"} of "bag without leather"."""
    excluded_words: frozenset[str] = frozenset()
    """The query's own words for them, folded: no field match rewards these."""

    @property
    def only_excludes(self) -> bool:
        """Whether it demands nothing beside what it excludes."""
        bounded = self.low is not None or self.high is not None
        return bool(self.excluded) and not self.values and not bounded

    def parts(self) -> tuple["Constraint | None", "Constraint | None"]:
        """(what it demands alone, what it excludes alone); None where it does not."""
        if not self.excluded:
            return self, None
        if self.only_excludes:
            return None, self
        unwanted = replace(self, values=frozenset(), low=None, high=None)
        return replace(self, excluded=frozenset()), unwanted


@dataclass(frozen=True, slots=True)
class Search:
    """A query and its documents' fields, as signals and rules see them."""

    query: str
    documents: Sequence[Fields]
    constraints: Mapping[str, Constraint] = field(default_factory=dict)
    context: Mapping[str, object] = field(default_factory=dict)
    """What the caller sent as `context`: numbers, texts, `vectors: {name: [..]}`."""
