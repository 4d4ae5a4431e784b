"""`constraint`: fields against a demand of the query, which an extractor of `text/query` reads."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal

from sidecar.schema import FieldNames, Name
from sidecar.search import Constraint
from sidecar.signals.search_reader import READ_FIELD_CHARACTERS, SearchReader
from sidecar.signals.signal import ExcludedWeight, Signal
from sidecar.text.query import Checker, attribute_keys
from sidecar.text.query.extractor import (
    UNKNOWN,
    VIOLATED,
    Extractor,
    Satisfaction,
    all_of,
    any_of,
    none_of,
)

Together = Callable[[Collection[Satisfaction]], Satisfaction]
"""Several verdicts as one."""


class ConstraintSignal(Signal):
    """1 where a field satisfies the query's constraint of this name, else -1 where one violates it,
    else 0: the query has no such constraint, or the fields do not say.

    A field that has what the query excludes gives -1 whatever the others have.
    """

    kind: Literal["constraint"]
    constraint: Name
    fields: FieldNames
    excluded_weight: ExcludedWeight = None

    @property
    def reads(self) -> tuple[str, ...]:
        return self.fields

    @property
    def needs_constraint(self) -> str:
        return self.constraint

    def strengths(self, search: SearchReader) -> list[float]:
        excluded, verdicts = self._judged(search)
        return [
            -1.0 if has_excluded else float(verdict)
            for has_excluded, verdict in zip(excluded, verdicts, strict=True)
        ]

    def contributions(self, search: SearchReader) -> list[float]:
        if self.constraint not in search.constraints:
            return search.zeros()
        # By the verdict's number: of UNKNOWN, of SATISFIED, and at the end of VIOLATED.
        of_verdict = tuple(map(self.contribution, (0.0, 1.0, -1.0)))
        of_excluded = of_verdict[-1] if self.excluded_weight is None else -self.excluded_weight
        excluded, verdicts = self._judged(search)
        return [
            of_excluded if has_excluded else of_verdict[verdict]
            for has_excluded, verdict in zip(excluded, verdicts, strict=True)
        ]

    def _judged(self, search: SearchReader) -> tuple[list[bool], list[Satisfaction]]:
        """Per document: whether its fields have what is excluded, and their verdict."""
        constraint = search.constraints.get(self.constraint)
        demanded, unwanted = constraint.parts() if constraint else (None, None)
        if unwanted is None:  # most queries
            none = [False] * len(search.documents)
            return none, self._judged_part(demanded, search, any_of)
        without = self._judged_part(unwanted, search, none_of)
        verdicts = self._judged_part(demanded, search, any_of) if demanded else without
        return [verdict is VIOLATED for verdict in without], verdicts

    def _judged_part(
        self,
        part: Constraint | None,
        search: SearchReader,
        together: Together,
    ) -> list[Satisfaction]:
        fields = search.present(self.fields) if part is not None else ()
        if part is None or not fields:
            return [UNKNOWN] * len(search.documents)
        columns = [verdicts(part, field, search, together) for field in fields]
        return columns[0] if len(columns) == 1 else list(map(together, zip(*columns, strict=True)))


def verdicts(
    part: Constraint, field: str, search: SearchReader, together: Together = any_of
) -> list[Satisfaction]:
    """What the field says of the constraint in each document; read once for all that ask."""
    if (known := search.verdicts.get((part, field))) is None:
        known = _verdicts(part, field, search.values(field), search, together)
        search.verdicts[part, field] = known
    return known


def verdicts_where(
    part: Constraint, field: str, search: SearchReader, asked: Sequence[object]
) -> list[Satisfaction]:
    """`verdicts` on the documents for which `asked` is true; UNKNOWN of the others, unless all have
    been asked before."""
    if (known := search.verdicts.get((part, field))) is not None:
        return known
    values = search.values(field)
    some = [value if wanted else None for value, wanted in zip(values, asked, strict=True)]
    return _verdicts(part, field, some, search, any_of)


def _verdicts(
    part: Constraint,
    field: str,
    values: Sequence[object],
    search: SearchReader,
    together: Together,
) -> list[Satisfaction]:
    every = together is any_of and field in search.all_of
    return _check_column(part, values, all_of if every else together, search.extractors)


def _check_column(
    constraint: Constraint,
    values: Sequence[object],
    together: Together,
    extractors: Mapping[str, Extractor],
) -> list[Satisfaction]:
    """`check` of each value, with the objects' keys looked over once.

    `together` is the verdict on a list: one item that satisfies is enough for a demand (within a
    budget is what has one variant within it), unless the field wants all; one that is not wanted
    violates an exclusion.
    """
    names = set[str]().union(*(value for value in values if isinstance(value, dict)))
    texts = (name for name in names if isinstance(name, str))
    keys = attribute_keys(constraint.name, texts, extractors)
    check = Checker(constraint, extractors).check

    def check_value(value: object) -> Satisfaction:
        if isinstance(value, str):
            text = value[:READ_FIELD_CHARACTERS]
            return check(text, None) if text and not text.isspace() else UNKNOWN
        if value is None:
            return UNKNOWN
        if isinstance(value, list | tuple):
            return together(list(map(check_value, value)))
        return check(value, keys)

    return list(map(check_value, values))
