"""Whether what is stated agrees with what a query requests.

In one system of units only equal values agree: 15.6 inch is not 16 inch, 5'10" is not 6'. Between
two systems each must be the other's rounding, unless they are very near: 5 m is 16 ft and not
17 ft. See `equal`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sidecar.text.assumed_units import SIDE
from sidecar.text.unit_table import UNITS
from sidecar.text.units import TEMPERATURES, Quantity

TOLERANCE = 0.01
"""Of a bound, and of a value whose writing is not known."""
ROUNDED = 0.03
"""How far apart a value and its rounding are at most: 16 ft is 5 m."""
ROUND_NUMBER = 0.01
"""The same for light, which is named by a round number: 806 lm is 800, 820 lm is not."""
SMALLEST_SCREEN = 10
"""Inches from which a screen's class leaves out the decimals of its diagonal: 13.3 is 13."""
CONVERTED = 0.0165
"""Values in two units this near are equal: shops take an inch for 2.5 cm and a foot for 30, and a
screen of 65 inch is 163 to 165 cm."""
EXACT = 0.001
"""Values this near are equal however they are written: 0.5 lb and 227 g."""
_INCH = UNITS["in"].factor


@dataclass(frozen=True, slots=True)
class QuantityRange:
    """What a query requests of a dimension: `low` to `high`, equal where it names one value.

    `step` and `factor` say how that value is written, see `Quantity`; 0 where it is not known.
    """

    dimension: str
    low: float
    high: float
    step: float = 0.0
    factor: float = 1.0
    together: int = 0
    """Those with the same number other than 0 are one request: "60 x 40 cm"."""


def agreement(requested: Sequence[QuantityRange], stated: Sequence[Quantity]) -> float:
    """Mean over the requested: 1 if a stated value of its dimension lies in the range, or equals an
    end of it; -1 if only other values do; 0 if the dimension is not stated. What belongs together
    counts once, by the worst of it."""
    groups: dict[int, list[QuantityRange]] = {}
    for place, quantity in enumerate(requested):
        groups.setdefault(quantity.together or -1 - place, []).append(quantity)
    verdicts = [_together(group, stated) for group in groups.values()]
    return sum(verdicts) / len(verdicts) if verdicts else 0.0


def _together(requested: Sequence[QuantityRange], stated: Sequence[Quantity]) -> int:
    verdict = min(_verdict(quantity, stated) for quantity in requested)
    if verdict < 1 or requested[0].dimension != SIDE:
        return verdict
    spans: dict[tuple[int, int], list[Quantity]] = {}
    for other in stated:
        if other.dimension == SIDE:
            spans.setdefault((other.start, other.end), []).append(other)
    return 1 if any(_holds_all(requested, span) for span in spans.values()) else -1


def _holds_all(requested: Sequence[QuantityRange], span: list[Quantity]) -> bool:
    """Whether each requested side is another one of a text's: "10 x 10" is not "10 x 20"."""
    for quantity in requested:
        met = next((other for other in span if _meets(quantity, other)), None)
        if met is None:
            return False
        span = [other for other in span if other is not met]
    return True


def _verdict(requested: QuantityRange, stated: Sequence[Quantity]) -> int:
    values = [other for other in stated if other.dimension == requested.dimension]
    if requested.low != requested.high:
        values = [other for other in values if not other.assumed]
    if not values:
        return 0
    return 1 if any(_meets(requested, other) for other in values) else -1


def _meets(requested: QuantityRange, stated: Quantity) -> bool:
    low, high, value = requested.low, requested.high, stated.value
    if low <= value <= high:
        return True
    if low == high and requested.step and stated.step:
        return equal(low, requested.step, requested.factor, stated)
    below = low - value > TOLERANCE * max(low, value)  # nothing is less than an open end's 0
    above = value - high > TOLERANCE * value  # nor more than infinity
    return not below and not above


def equal(value: float, step: float, factor: float, stated: Quantity) -> bool:
    """Whether it equals `value`, which is written in steps of `step` in a unit of `factor`."""
    apart = abs(value - stated.value)
    size = max(abs(value), abs(stated.value))
    finer, coarser = sorted((step, stated.step))
    if apart <= EXACT * size:
        return True
    if stated.dimension in TEMPERATURES:
        return apart <= _half(finer)
    if stated.dimension == "light":
        return apart <= ROUND_NUMBER * size and apart <= _half(coarser)
    if factor == stated.factor == _INCH and min(value, stated.value) >= SMALLEST_SCREEN * _INCH:
        named = value if step > stated.step else stated.value
        whole = finer < 0.9 * _INCH < coarser and named < max(value, stated.value)
        return whole and apart <= ROUNDED * size
    if factor == stated.factor or _is_metric(factor) == _is_metric(stated.factor):
        return False
    return apart <= CONVERTED * size or (apart <= ROUNDED * size and apart <= _half(finer))


@lru_cache(maxsize=256)
def _is_metric(factor: float) -> bool:
    """Whether the unit is one of powers of ten, as all are that are not imperial."""
    power = math.log10(factor)
    return math.isclose(power, round(power), abs_tol=1e-9)


def _half(step: float) -> float:
    return step / 2 * (1 + 1e-9)
