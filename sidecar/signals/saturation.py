"""`saturation`: numbers that count the more the higher they are, and ever less so."""

from typing import Literal

from sidecar.schema import FieldName, Positive
from sidecar.signals.search_reader import SearchReader
from sidecar.signals.signal import Signal


class SaturationSignal(Signal):
    """x / (x + pivot) of a number above 0, as in Elasticsearch's rank_feature; 0 for other numbers.

    It is 1/2 at the pivot and below 1 always.
    """

    kind: Literal["saturation"]
    field: FieldName
    pivot: Positive

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.field,)

    def strengths(self, search: SearchReader) -> list[float]:
        return [saturated(x, self.pivot) for x in search.numbers(self.field)]


def saturated(x: float | None, pivot: float) -> float:
    """x / (x + pivot) without overflow; 0 where there is no number above 0."""
    return 1 / (1 + pivot / x) if x is not None and x > 0 else 0.0
