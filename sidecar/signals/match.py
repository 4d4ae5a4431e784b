"""`match`: the query names a field's value: a brand, a model number, a SKU, a GTIN."""

from typing import Annotated, Literal

from pydantic import Field

from sidecar.schema import FieldNames
from sidecar.signals.search_reader import SearchReader
from sidecar.signals.signal import Signal
from sidecar.text.compose import read_value

MAX_VALUE = 200
"""Characters; a longer value is prose and names nothing."""


class MatchSignal(Signal):
    """1 where the query names a value of the fields, else 0. A list matches when one of its values
    does.

    "sony wh1000xm4 case" names "WH-1000 XM4": case, accents, spaces and dashes do not matter.
    Prices, quantities and ordinary words name nothing by chance: see `text/query/naming`.
    """

    kind: Literal["match"]
    fields: FieldNames
    min_length: Annotated[int, Field(ge=1)] = 2
    """Normalised values shorter than this never match."""

    @property
    def reads(self) -> tuple[str, ...]:
        return self.fields

    def strengths(self, search: SearchReader) -> list[float]:
        naming = search.naming
        of_text: dict[str, bool] = {}

        def named(value: object) -> bool:
            if isinstance(value, list | tuple):
                return any(map(named, value))
            text = value if isinstance(value, str) else read_value(value)
            if not text or len(text) > MAX_VALUE:
                return False
            if text not in of_text:
                of_text[text] = naming.holds(text, self.min_length)
            return of_text[text]

        columns = [search.values(field) for field in self.fields]
        return [float(any(map(named, values))) for values in zip(*columns, strict=True)]
