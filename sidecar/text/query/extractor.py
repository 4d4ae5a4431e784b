"""What an extractor is: it reads one demand from queries, and checks field values against it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import IntEnum

from sidecar.search import Constraint, Fields


class Satisfaction(IntEnum):
    """What a field's value says of a constraint. The number is a signal's strength."""

    VIOLATED = -1
    UNKNOWN = 0
    SATISFIED = 1


VIOLATED, UNKNOWN, SATISFIED = Satisfaction  # a member's name costs ten times a global's


Extract = Callable[[str, Sequence[Fields]], Constraint | None]
"""(query, the candidates' fields) -> what the query demands, or None."""
ExtractOnDay = Callable[[str, float], Constraint | None]
"""(query, the moment of the search in seconds since 1970) -> what the query demands, or None."""
Check = Callable[[Constraint, object], Satisfaction]
"""(constraint, a field's value) -> whether the value satisfies it."""


@dataclass(frozen=True, slots=True)
class Extractor:
    """Reads the constraint `name` from queries."""

    name: str
    extract: Extract
    check: Check
    keys: tuple[str, ...]
    """Parts of the names under which an object of attributes holds the value."""
    reads_objects: bool = False
    """Whether `check` reads a value that is an object itself, such as a price."""
    spell_out: Callable[[str], str] | None = None
    """A value with the names that are read in it: "ca9" with "ninth circuit". For tables."""
    extract_on_day: ExtractOnDay | None = None
    """In place of `extract`, where the demand depends on the day: "last 5 years"."""
    others: Callable[[str], frozenset[str]] | None = None
    """Words of a query that look like a demand and are none: the red of "red wine glass"."""


def any_of(results: Collection[Satisfaction]) -> Satisfaction:
    """The result for several values: SATISFIED if one of them is, else VIOLATED if one is."""
    return SATISFIED if SATISFIED in results else min(results, default=UNKNOWN)


def all_of(results: Collection[Satisfaction]) -> Satisfaction:
    """The result where every value must be satisfied: VIOLATED if one is, else UNKNOWN if one is
    not known."""
    return min(results, default=UNKNOWN)


def none_of(results: Collection[Satisfaction]) -> Satisfaction:
    """The result for several values of something that is not wanted: VIOLATED if one of them has
    it, else SATISFIED if one has something else."""
    return VIOLATED if VIOLATED in results else max(results, default=UNKNOWN)


def check_range(constraint: Constraint, value: float | None) -> Satisfaction:
    """A number against the constraint's range, its ends included; UNKNOWN without a number."""
    if value is None:
        return UNKNOWN
    above = constraint.low is None or value >= constraint.low
    below = constraint.high is None or value <= constraint.high
    return SATISFIED if above and below else VIOLATED
