"""The condition under which a document is demoted."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from sidecar.schema import MAX_WEIGHT, FieldName, FrozenModel
from sidecar.signals.cited import cited
from sidecar.signals.search_reader import SearchReader
from sidecar.text.compose import read_value
from sidecar.text.dates import instant
from sidecar.text.stated import stated
from sidecar.text.stock import Stock, stock
from sidecar.text.validity import Validity, validity


class Rule(FrozenModel):
    """Demotes a document when a field has one of the values, a text matches the pattern, or the
    field states a fact.

    Of a list one item must do so, or with the field's `pick: all` every item. Of an object only
    what states the field's value is compared, see `text/stated`. A rule never removes a document.
    """

    field: FieldName
    values: tuple[str | bool | int | float, ...] = ()
    """Compared as text, case ignored: true, "True" and "TRUE" are equal."""
    pattern: str | None = None
    """A regular expression searched in the field's text, case ignored."""
    states: Literal["out_of_stock", "no_longer_valid", "invalid_in_part", "past"] | None = None
    """A fact that is read from structure, numbers and words of many languages: see `text/stock` and
    `text/validity`; `past` is a date before now."""
    demote: Annotated[float, Field(gt=0, le=MAX_WEIGHT, allow_inf_nan=False)]
    """What is taken off the logit."""
    unless_cited: tuple[FieldName, ...] = ()
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
        if self.states == "out_of_stock":
            return [stock(value) is Stock.ABSENT for value in search.given(self.field)]
        values = search.values(self.field)
        meets = self._condition(search)
        holds = all if self.field in search.all_of else any
        items = [list(map(read_value, stated(value, self.field))) for value in values]
        met = [[meets(text) for text in texts if text] for texts in items]
        return [bool(each) and holds(each) for each in met]

    def _condition(self, search: SearchReader) -> Callable[[str], bool]:
        """Whether a text of the field meets the rule."""
        if self.states == "past":
            return lambda text: (moment := instant(text)) is not None and moment < search.now
        if self.states is not None:
            stated_validity = Validity(self.states)
            # "Repealed with effect from 1 January 2090" stands until then.
            return lambda text: (
                validity(text) is stated_validity
                and ((begins := instant(text)) is None or begins <= search.now)
            )
        if self.pattern is not None:
            matches = _compiled(self.pattern).search
            return lambda text: matches(text) is not None
        values = {_plain(value) for value in self.values}
        return lambda text: _plain(text) in values


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _plain(value: object) -> str:
    """A value as rules compare it: "True", true and " TRUE" are equal, and so are 0 and 0.0."""
    return read_value(value).strip().casefold()
