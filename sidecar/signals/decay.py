"""`decay`: how near a number or a date is to its origin, as Elasticsearch's function_score has it.

With d = max(0, |x - origin| - offset):

    gauss    exp(-d^2 / (2 sigma^2)),   sigma^2 = -scale^2 / (2 ln decay)
    exp      exp(lambda d),             lambda = ln(decay) / scale
    linear   max(0, (s - d) / s),       s = scale / (1 - decay)

Each is 1 within the offset and `decay` at offset + scale. Formulas: Elasticsearch reference,
"Function score query", section "Supported decay functions". They are computed from d / scale, which
gives the same and neither overflows nor divides by zero.
"""

import math
from collections.abc import Callable
from typing import Annotated, Literal

from pydantic import Field, model_validator

from sidecar.schema import Duration, FieldName, Positive
from sidecar.signals.search_reader import SearchReader
from sidecar.signals.signal import Signal
from sidecar.text.dates import instant
from sidecar.text.prices import price
from sidecar.text.ratings import rating
from sidecar.text.values import number

SECONDS = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
CONTEXT = "context."


class DecaySignal(Signal):
    """The decay of the field's number or date; 0 where the value, or the context's origin, is
    missing. A scale with a unit ("30d") makes it a decay of dates."""

    kind: Literal["decay"]
    field: FieldName
    function: Literal["gauss", "exp", "linear"] = "gauss"
    origin: float | str
    """A number, an ISO date, or "now"; `context.NAME` reads the number sent with the search."""
    scale: Positive | Duration
    """A positive number; for dates with a unit: "30d", "12h"."""
    offset: Annotated[float, Field(ge=0, allow_inf_nan=False)] | Duration = 0.0
    decay: Annotated[float, Field(gt=0, lt=1)] = 0.5

    @model_validator(mode="after")
    def _one_kind_of_value(self) -> "DecaySignal":
        dates = isinstance(self.scale, str)
        if self.offset and isinstance(self.offset, str) != dates:
            raise ValueError("scale and offset must both be numbers, or both lengths of time")
        if isinstance(self.origin, str) and not dates and not self.origin.startswith(CONTEXT):
            raise ValueError("an origin in time needs a scale in time, such as 30d")
        return self

    @property
    def reads(self) -> tuple[str, ...]:
        return (self.field,)

    def strengths(self, search: SearchReader) -> list[float]:
        read = instant if isinstance(self.scale, str) else lowest_number
        origin = self._origin(search)
        scale, offset = _length(self.scale), _length(self.offset)
        if origin is None or not scale or offset is None:
            return search.zeros()
        curve = self._curve()
        numbers = [None if value is None else read(value) for value in search.values(self.field)]
        return [
            0.0 if x is None else curve(max(0.0, abs(x - origin) - offset) / scale) for x in numbers
        ]

    def _curve(self) -> Callable[[float], float]:
        """d / scale -> strength."""
        decay, falloff = self.decay, math.log(self.decay)
        match self.function:
            case "gauss":
                return lambda ratio: math.exp(falloff * (ratio * ratio))
            case "exp":
                return lambda ratio: math.exp(falloff * ratio)
            case "linear":
                return lambda ratio: max(0.0, 1 - ratio * (1 - decay))

    def _origin(self, search: SearchReader) -> float | None:
        origin: object = self.origin
        if isinstance(origin, str) and origin.startswith(CONTEXT):
            origin = search.context_value(origin.removeprefix(CONTEXT))
        if origin == "now":
            return search.now
        return instant(origin) if isinstance(self.scale, str) else number(origin)


def lowest_number(value: object) -> float | None:
    """The number, a rating of five, or the lowest of a range of prices."""
    if (exact := number(value)) is not None:
        return exact
    if isinstance(value, str) and (stars := rating(value)) is not None:
        return stars
    return None if (prices := price(value)) is None else prices.low


def _length(text: float | str) -> float | None:
    """The number itself, or a duration ("30d", "12h") in seconds."""
    if not isinstance(text, str):
        return text
    digits = text.rstrip("mshdw")
    value = number(digits)
    unit = SECONDS.get(text[len(digits) :])
    return None if value is None or unit is None else value * unit
