"""The condition under which a document is demoted."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from sidecar.schema import MAX_WEIGHT, FrozenModel, Name
from sidecar.signals.cited import cited
from sidecar.signals.search_reader import SearchReader
from sidecar.text.compose import read_value
from sidecar.text.stated import stated
from sidecar.text.stock import Stock, stock


class Rule(FrozenModel):
    """Demotes a document when a field has one of the values, a text matches the pattern, or the
    field states a fact.

    Of an object only what states the field's value is compared, see `text/stated`. A rule never
    removes a document.
    """

    field: Name
    values: tuple[str | bool | int | float, ...] = ()
    """Compared as text, case ignored: true, "True" and "TRUE" are equal."""
    pattern: str | None = None
    """A regular expression searched in the field's text, case ignored."""
    states: Literal["out_of_stock"] | None = None
    """A fact that is read from structure, numbers and words of many languages: see `text/stock`."""
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
        if (bool(self.values), self.pattern is not None, self.states is not None).count(True) != 1:
            raise ValueError("give one of values, pattern and states")
        return self

    def fires(self, search: SearchReader) -> list[bool]:
        """Whether it demotes each document."""
        met = self._conditions(search)
        if not self.unless_cited or not any(met):
            return met
        spared = cited(self.unless_cited, search)
        return [fires and not spares for fires, spares in zip(met, spared, strict=True)]

    def _conditions(self, search: SearchReader) -> list[bool]:
        meets = self._condition()
        return [value is not None and meets(value) for value in search.values(self.field)]

    def _condition(self) -> Callable[[object], bool]:
        """Whether a field's value meets the rule."""
        if self.states is not None:
            return lambda value: stock(value) is Stock.ABSENT
        if self.pattern is not None:
            matches = _compiled(self.pattern).search
            return lambda value: any(
                matches(text) for item in stated(value, self.field) if (text := read_value(item))
            )
        values = {_plain(value) for value in self.values}
        return lambda value: any(
            _plain(item) in values for item in stated(value, self.field) if item is not None
        )


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _plain(value: object) -> str:
    """A value as rules compare it: "True", true and " TRUE" are equal, and so are 0 and 0.0."""
    return read_value(value).strip().casefold()
