"""`match`: the query names a field's value: a brand, a model number, a SKU, a GTIN."""

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import Field

from sidecar.schema import FieldNames
from sidecar.signals.search_reader import READ_FIELD_CHARACTERS, SearchReader
from sidecar.signals.signal import ExcludedWeight, Signal
from sidecar.text.compose import read_value
from sidecar.text.query.codes import Codes
from sidecar.text.query.naming import Naming

MAX_VALUE = 200
"""Characters; a longer value is prose and names nothing."""


class MatchSignal(Signal):
    """1 where the query names a value of the fields, -1 where it excludes one ("not nike"), else 0.
    A list matches when one of its values does.

    "sony wh1000xm4 case" names "WH-1000 XM4": case, accents, spaces and dashes do not matter.
    Prices, quantities and ordinary words name nothing by chance: see `text/query/naming`.
    """

    kind: Literal["match"]
    fields: FieldNames
    min_length: Annotated[int, Field(ge=1)] = 2
    """Normalised values shorter than this never match."""

    codes: bool = False
    """The fields hold codes, such as SKUs and GTINs, and no names: see `text/query/codes`."""
    excluded_weight: ExcludedWeight = None

    @property
    def reads(self) -> tuple[str, ...]:
        return self.fields

    def strengths(self, search: SearchReader) -> list[float]:
        if not (fields := search.present(self.fields)):
            return search.zeros()
        names: Codes | Naming = search.naming
        if self.codes:
            if not search.codes.possible:
                return search.zeros()
            names = search.codes
        of_text: dict[str, float] = {}

        def strength(value: object) -> float:
            if value is None:  # codes above all: few documents have all fields
                return 0.0
            if isinstance(value, list | tuple):
                return _together(list(map(strength, value)))
            text = value if isinstance(value, str) else read_value(value)
            if not text or len(text) > MAX_VALUE:
                return 0.0
            if text not in of_text:
                of_text[text] = _strength(names, text, self.min_length)
            return of_text[text]

        columns = [list(map(strength, _candidates(field, names, search))) for field in fields]
        return columns[0] if len(columns) == 1 else list(map(_together, zip(*columns, strict=True)))

    def contributions(self, search: SearchReader) -> list[float]:
        weight = self.excluded_weight
        if weight is None or not search.naming.excluded:
            return super().contributions(search)
        return [
            -weight if strength < 0 else self.contribution(strength)
            for strength in self.strengths(search)
        ]


def _candidates(field: str, names: Naming | Codes, search: SearchReader) -> list[object]:
    """The field's values with None in place of those that the query surely does not name."""
    if (folded := search.folded(field)) is None:
        return search.values(field)
    places = names.candidates(folded)
    return [
        value if place in places or len(folded.texts[place]) == READ_FIELD_CHARACTERS else None
        for place, value in enumerate(search.values(field))
    ]


def _strength(names: Naming | Codes, text: str, min_length: int) -> float:
    if names.excludes(text, min_length):
        return -1.0
    return float(names.wants(text, min_length))


def _together(strengths: Sequence[float]) -> float:
    """What is excluded counts before what is named."""
    return -1.0 if min(strengths, default=0.0) < 0 else max(strengths, default=0.0)
