"""The quantities that a query asks for, read with `text/units`.

    16gb laptop · 55 inch tv · 500 ml                                  that value
    under 2 kg · at most 30 cm · less than 5 l                          that or less
    over 1 tb · at least 16gb · from 20 cm · more than 5 l              that or more
    20-30 cm · 20cm-30cm · between 20 and 30 cm · 20 cm to 30 cm        the range
    about 20 cm                                                         a fifth less or more

Bounds are inclusive. Money is not among them, and "max" and "min" before a size of data are
names: "iphone 12 max 256gb" asks for 256 GB of an iPhone 12 Max.
"""

import math
import re
from collections.abc import Sequence

from sidecar.search import Constraint, Fields
from sidecar.text.compose import read_value
from sidecar.text.query.extractor import Extractor, Satisfaction
from sidecar.text.query.price import AROUND
from sidecar.text.units import Quantity, QuantityRange, agreement, quantities
from sidecar.text.values import parse_number

_NOT = r"(?:no|not|nothing|nicht)\s+"
_LESS = r"(?:under|below|(?:less|cheaper|lower|lighter|smaller|shorter|thinner) than|unter)"
_MORE = r"(?:over|above|(?:more|greater|larger|bigger|higher|heavier|longer|taller) than|über)"
_END = r"\s*$"
_HIGH = re.compile(
    rf"(?:(?<!\w){_NOT}{_MORE}|(?<!no )(?<!not )(?<!nothing )(?<!\w){_LESS}"
    rf"|\b(?:up to|at most|bis|max(?:imum|imal)?\.?)|<=?|≤){_END}"
)
_LOW = re.compile(
    rf"(?:(?<!\w){_NOT}{_LESS}|(?<!no )(?<!not )(?<!nothing )(?<!\w){_MORE}"
    rf"|\b(?:at least|from|ab|mindestens|min(?:imum)?\.?)|>=?|≥){_END}"
)
_ABOUT = re.compile(rf"(?:\b(?:about|around|approx(?:imately)?\.?|roughly|ca\.?|etwa)|~){_END}")
_NAME = re.compile(rf"\b(?:max|min){_END}")
_NUMBER = r"([0-9]+(?:[.,][0-9]+)*)"
_FIRST_END = re.compile(
    rf"(?:\b(?:between|from|zwischen|von)\s+)?(?<![\w.,]){_NUMBER}\s*(?:and|und|to|until|bis)\s+$"
)
"""The number before an upper end, without a unit of its own: "between 20 and 30 cm"."""
_DASHED = re.compile(rf"{_NUMBER}\s?[-–]\s?{_NUMBER}")
_TO = re.compile(r"\s*(?:[-–]|to|until|bis|and|und)\s*$")
_BETWEEN = re.compile(r"\b(?:between|zwischen)\s+$")
"""Only after one of these does `and` join two quantities to a range: "16gb and 32gb" are two."""


def requested_quantities(query: str) -> tuple[QuantityRange, ...]:
    """The range that the query sets for each quantity that it names, in order of their place."""
    lower = query.lower()
    if len(lower) != len(query):
        query = lower
    named = quantities(query)
    ranges: list[QuantityRange] = []
    place = 0
    while place < len(named):
        requested, consumed = _requested(lower, named, place)
        ranges.append(requested)
        place += consumed
    return tuple(ranges)


def _requested(query: str, named: Sequence[Quantity], place: int) -> tuple[QuantityRange, int]:
    """(the range that begins with this quantity, how many quantities it consumes)."""
    quantity = named[place]
    before = query[max(0, quantity.start - 40) : quantity.start]
    if place + 1 < len(named) and (end := named[place + 1]).dimension == quantity.dimension:
        dashed = end.start == quantity.start and _DASHED.match(query, quantity.start)
        between = query[quantity.end : end.start]
        if dashed or (end.start >= quantity.end and _joins(before, between)):
            return _range(quantity.dimension, quantity.value, end.value), 2
    if match := _FIRST_END.search(before):
        first, second = parse_number(match[1]), parse_number(_digits(query, quantity))
        if first is not None and second:
            start = quantity.value * first / second
            return _range(quantity.dimension, start, quantity.value), 1
    return _bounded(before, quantity), 1


def _joins(before: str, between: str) -> bool:
    """Whether the text between two quantities makes them a range: "20cm-30cm"."""
    if not (match := _TO.fullmatch(between)):
        return False
    return match[0].strip() not in ("and", "und") or _BETWEEN.search(before) is not None


def _digits(query: str, quantity: Quantity) -> str:
    match = re.match(_NUMBER, query[quantity.start : quantity.end])
    return match[1] if match else ""


def _range(dimension: str, start: float, end: float) -> QuantityRange:
    return QuantityRange(dimension, min(start, end), max(start, end))


def _bounded(before: str, quantity: Quantity) -> QuantityRange:
    """The range that the words before the quantity make of it."""
    dimension, value = quantity.dimension, quantity.value
    if dimension == "data" and _NAME.search(before):
        return QuantityRange(dimension, value, value)
    if _HIGH.search(before):
        return QuantityRange(dimension, 0.0, value)
    if _LOW.search(before):
        return QuantityRange(dimension, value, math.inf)
    if _ABOUT.search(before):
        return QuantityRange(dimension, value * (1 - AROUND), value * (1 + AROUND))
    return QuantityRange(dimension, value, value)


def _extract(query: str, documents: Sequence[Fields]) -> Constraint | None:
    values = frozenset(map(_encoded, requested_quantities(query)))
    return Constraint("quantity", values) if values else None


def _encoded(requested: QuantityRange) -> str:
    """ "data 16e9", or a range as "mass 0.0 2.0"."""
    if requested.low == requested.high:
        return f"{requested.dimension} {requested.low!r}"
    return f"{requested.dimension} {requested.low!r} {requested.high!r}"


def _decoded(encoded: str) -> QuantityRange:
    dimension, low, *high = encoded.split()
    return QuantityRange(dimension, float(low), float(high[0] if high else low))


def _check(constraint: Constraint, value: object) -> Satisfaction:
    """SATISFIED where more of the requested quantities agree with the value than contradict it."""
    requested = [_decoded(text) for text in sorted(constraint.values)]
    dimensions = frozenset(quantity.dimension for quantity in requested)
    share = agreement(requested, quantities(read_value(value), dimensions))
    return Satisfaction((share > 0) - (share < 0))


QUANTITY = Extractor("quantity", _extract, _check, ("",))
