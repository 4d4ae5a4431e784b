"""`table`: a value looked up in the profile's table: a court's authority, a risk level."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, field_validator

from sidecar.schema import FieldName, Name
from sidecar.signals.search_reader import READ_FIELD_CHARACTERS, SearchReader
from sidecar.signals.signal import Signal
from sidecar.text.compose import read_value
from sidecar.text.folding import phrases, unspaced
from sidecar.text.query import EXTRACTORS

TableNumber = Annotated[float, Field(ge=-1, le=1)]


class TableSignal(Signal):
    """The table's number for the value, its default for other values, 0 for a missing field.

    Keys and values are compared by their words, without case, accents and signs. A key that is the
    whole value goes first, then the longest that the value has as a phrase of whole words (of two
    equally long ones the first in the table): "Court of Appeals for the Ninth Circuit" has the key
    "Court of Appeals" and not "Court of Appeal". Of a list's items the highest number counts. A
    Chinese key is found in running text, which has no spaces.
    """

    kind: Literal["table"]
    field: FieldName
    table: dict[str, TableNumber] = Field(min_length=1)
    default: TableNumber = 0.0
    names_of: Name | None = None
    """An extractor, such as `court`: a value is then looked up under the names that it reads in it,
    too. "ca9" has the key "Ninth Circuit", "Tribunal fédéral" the key "Bundesgericht". Where the
    value itself has no key, one that is the whole of such a name goes before a longer one in it."""

    @field_validator("names_of")
    @classmethod
    def _has_names(cls, name: str | None) -> str | None:
        extractors = [key for key, each in EXTRACTORS.items() if each.spell_out]
        if name is not None and name not in extractors:
            raise ValueError(f"is none of {', '.join(extractors)}")
        return name

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.field,)

    def strengths(self, search: SearchReader) -> list[float]:
        of_text: dict[str, float | None] = {}

        def look_up(text: str) -> float | None:
            if text not in of_text:
                of_text[text] = self._numbers.of(text[:READ_FIELD_CHARACTERS])
            return of_text[text]

        def strength(value: object) -> float:
            items = value if isinstance(value, list | tuple) else (value,)
            texts = [text for item in items if (text := read_value(item)) and not text.isspace()]
            known = [number for text in texts if (number := look_up(text)) is not None]
            return max(known) if known else self.default if texts else 0.0

        return [0.0 if value is None else strength(value) for value in search.values(self.field)]

    @cached_property
    def _numbers(self) -> "_Numbers":
        spell_out = EXTRACTORS[self.names_of].spell_out if self.names_of else None
        return _Numbers(self.table, spell_out)


class _Numbers:
    """A table's numbers by their keys' words, the longest key first."""

    def __init__(self, table: Mapping[str, float], spell_out: Callable[[str], str] | None) -> None:
        self._of_key = {phrases(key): number for key, number in table.items()}
        by_length = sorted(self._of_key, key=len, reverse=True)
        self._within = [
            (key.strip() if unspaced(key) else key, self._of_key[key]) for key in by_length
        ]
        self._spell_out = spell_out

    def of(self, text: str) -> float | None:
        """The number of the value, or of the names that are read in it; None where no key fits."""
        plain = phrases(text)
        if plain in self._of_key:
            return self._of_key[plain]
        own = self._longest(plain)
        spelled = self._spell_out(text) if self._spell_out else text
        if spelled == text:
            return own
        if own is None:
            for name in spelled.split("; "):
                if (exact := self._of_key.get(phrases(name))) is not None:
                    return exact
        return self._longest(phrases(spelled))

    def _longest(self, plain: str) -> float | None:
        return next((number for key, number in self._within if key in plain), None)
