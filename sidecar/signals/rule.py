"""The condition under which a document is demoted."""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from sidecar.schema import MAX_WEIGHT, FrozenModel, Name
from sidecar.signals.cited import cited
from sidecar.signals.search_reader import SearchReader
from sidecar.text.compose import read_value


class Rule(FrozenModel):
    """Demotes a document when a field has one of the values, or a text matches the pattern.

    A rule never removes a document.
    """

    field: Name
    values: tuple[str | bool | int | float, ...] = ()
    """Compared as text, case ignored: true, "True" and "TRUE" are equal."""
    pattern: str | None = None
    """A regular expression searched in the field's text, case ignored."""
    demote: Annotated[float, Field(gt=0, le=MAX_WEIGHT, allow_inf_nan=False)]
    """What is taken off the logit."""
    unless_cited: tuple[Name, ...] = ()
    """Fields that say which decision the document is, by its citations or its name. The rule does
    not fire on a document that the query itself cites: see `cited`."""

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as fault:
            raise ValueError(f"is not a regular expression: {fault}") from None
        return pattern

    @model_validator(mode="after")
    def _one_condition(self) -> "Rule":
        if bool(self.values) == (self.pattern is not None):
            raise ValueError("give either values or a pattern")
        return self

    def fires(self, search: SearchReader) -> list[bool]:
        """Whether it demotes each document."""
        met = self._conditions(search)
        if not self.unless_cited or not any(met):
            return met
        spared = cited(self.unless_cited, search)
        return [fires and not spares for fires, spares in zip(met, spared, strict=True)]

    def _conditions(self, search: SearchReader) -> list[bool]:
        if self.pattern is not None:
            matches = _compiled(self.pattern).search
            return [
                any(matches(text) for item in _items(value) if (text := read_value(item)))
                for value in search.values(self.field)
            ]
        values = {_plain(value) for value in self.values}
        return [
            any(_plain(item) in values for item in _items(value) if item is not None)
            for value in search.values(self.field)
        ]


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _items(value: object) -> Iterator[object]:
    """A field's single values, from within lists and objects."""
    if isinstance(value, Mapping):
        value = list(value.values())
    if isinstance(value, list | tuple):
        for part in value:
            yield from _items(part)
    else:
        yield value


def _plain(value: object) -> str:
    """A value as rules compare it: "True", true and " TRUE" are equal, and so are 0 and 0.0."""
    return read_value(value).strip().casefold()
