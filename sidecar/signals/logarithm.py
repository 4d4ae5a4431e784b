"""`log`: numbers of many sizes, such as sales or citation counts."""

import math
from typing import Literal

from sidecar.schema import FieldName, Positive
from sidecar.signals.search_reader import SearchReader
from sidecar.signals.signal import Signal


class LogSignal(Signal):
    """ln(1 + x) / ln(1 + ceiling), at most 1, of a number above 0; 0 for other numbers."""

    kind: Literal["log"]
    field: FieldName
    ceiling: Positive

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.field,)

    def strengths(self, search: SearchReader) -> list[float]:
        top = math.log1p(self.ceiling)
        return [
            min(1.0, math.log1p(x) / top) if x is not None and x > 0 else 0.0
            for x in search.numbers(self.field)
        ]
