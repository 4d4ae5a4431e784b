"""Whether what is stated agrees with what a query requests.

Two measures are equal where one is the other, rounded as it is written: 139.7 cm is 140 cm, 806 lm
is 800 lm. In two units each must be the other's rounding, for 3 m is 10 ft and not 9 ft, though
9 ft is 2.7 m. See `equal`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sidecar.text.units import Quantity

TOLERANCE = 0.01
"""Of a bound, and of a value whose writing is not known."""
SAME_UNIT = 0.01
OTHER_UNIT = 0.03
"""How far apart rounded values are at most: 3 m is written for 10 ft, 60 cm for 24 inch (1.6 %)."""
FINE = 0.01
"""The share of a value that its step is at most where it may be cut instead of rounded."""
EXACT = 0.001
"""Values this near are equal however they are written: 0.5 lb and 227 g."""


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
    verdicts: list[int] = []
    groups: dict[int, int] = {}
    for quantity in requested:
        verdict = _verdict(quantity, stated)
        if quantity.together:
            groups[quantity.together] = min(groups.get(quantity.together, 1), verdict)
        else:
            verdicts.append(verdict)
    verdicts += groups.values()
    return sum(verdicts) / len(verdicts) if verdicts else 0.0


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
    """Whether the stated quantity equals `value`, written in steps of `step` in a unit of `factor`.

    In two units the finer one may also be cut: 139 cm is 55 inch (139.7 cm).
    """
    apart = abs(value - stated.value)
    size = max(abs(value), abs(stated.value))
    if apart <= EXACT * size:
        return True
    if factor == stated.factor:
        return apart <= SAME_UNIT * size and apart <= _half(max(step, stated.step))
    finer = min(step, stated.step)
    cut = apart < finer <= FINE * size
    return apart <= OTHER_UNIT * size and (cut or apart <= _half(finer))


def _half(step: float) -> float:
    return step / 2 * (1 + 1e-9)
