"""`first_stage`: the score of the first stage, where the caller sends it with the document."""

from typing import Literal

from sidecar.schema import FieldName, Positive
from sidecar.signals.saturation import saturated
from sidecar.signals.search_reader import SearchReader
from sidecar.signals.signal import Signal


class FirstStageSignal(Signal):
    """x / (x + pivot) of the score; 0 where none was sent.

    Not min-max over the request, the usual choice: a pair's score must not depend on its company.
    """

    kind: Literal["first_stage"]
    field: FieldName = "_score"
    pivot: Positive = 10.0

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.field,)

    def strengths(self, search: SearchReader) -> list[float]:
        return [saturated(x, self.pivot) for x in search.numbers(self.field)]
