"""`constraint`: fields against a demand of the query, which an extractor of `text/query` reads."""

from collections.abc import Sequence
from typing import Literal

from sidecar.schema import FieldNames, Name
from sidecar.search import Constraint
from sidecar.signals.search_reader import READ_FIELD_CHARACTERS, SearchReader
from sidecar.signals.signal import Signal
from sidecar.text.query import attribute_keys, check
from sidecar.text.query.extractor import UNKNOWN, Satisfaction, all_of, any_of


class ConstraintSignal(Signal):
    """1 where a field satisfies the query's constraint of this name, else -1 where one violates it,
    else 0: the query has no such constraint, or the fields do not say."""

    kind: Literal["constraint"]
    constraint: Name
    fields: FieldNames

    @property
    def reads(self) -> tuple[str, ...]:
        return self.fields

    @property
    def needs_constraint(self) -> str:
        return self.constraint

    def strengths(self, search: SearchReader) -> list[float]:
        constraint = search.constraints.get(self.constraint)
        if constraint is None:
            return search.zeros()
        columns = [
            _check_column(constraint, search.values(field), every=field in search.all_of)
            for field in self.fields
        ]
        return [float(any_of(row)) for row in zip(*columns, strict=True)]


def _check_column(
    constraint: Constraint, values: Sequence[object], every: bool
) -> list[Satisfaction]:
    """`check` of each value, once for equal texts and with the objects' keys looked over once.

    A list is satisfied by one of its items, or with `every` by all of them: within a budget is what
    has one variant within it.
    """
    names = set[str]().union(*(value for value in values if isinstance(value, dict)))
    keys = attribute_keys(constraint.name, (name for name in names if isinstance(name, str)))
    of_text: dict[str, Satisfaction] = {}

    def check_value(value: object) -> Satisfaction:
        if value is None:
            return UNKNOWN
        if isinstance(value, list | tuple):
            results = list(map(check_value, value))
            return all_of(results) if every else any_of(results)
        if not isinstance(value, str):
            return check(constraint, value, keys)
        text = value[:READ_FIELD_CHARACTERS]
        if text not in of_text:
            of_text[text] = check(constraint, text) if text.strip() else UNKNOWN
        return of_text[text]

    return list(map(check_value, values))
