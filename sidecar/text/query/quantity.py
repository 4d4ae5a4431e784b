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
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from sidecar.search import Constraint, Fields
from sidecar.text.agreement import QuantityRange, agreement
from sidecar.text.assumed_units import sides, stated_quantities
from sidecar.text.bounds import Side, bound, joins
from sidecar.text.compose import read_value
from sidecar.text.numerals import plain
from sidecar.text.query.extractor import Extractor, Satisfaction
from sidecar.text.query.price import AROUND, price_spans
from sidecar.text.units import TEMPERATURES, Quantity, quantities
from sidecar.text.values import parse_number

_NAME = re.compile(r"\b(?:max|min)\s*$")
_NUMBER = r"([0-9]+(?:[.,][0-9]+)*)"
_FIRST_END = re.compile(rf"(?<![\w.,]){_NUMBER}\s*([^\W\d]+|[~-])\s*$")
"""The number before an upper end, without a unit of its own: "between 20 and 30 cm"."""
_DIGITS = {
    word: str(number)
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve".split(), start=1
    )
}
_COUNTED = re.compile(
    rf"\b(?:{'|'.join(_DIGITS)})(?=[ -](?:inch|inches|foot|feet|yards?|gallons?|quarts?|pints?|"
    r"litres?|liters?|ounces?|lbs?|kilos?|grams?|met(?:er|re)s?|cups?|tons?|watts?|volts?)\b)",
    re.IGNORECASE,
)
"""A number in words before a unit. Pounds may be money, and people say it in words."""
_DASHED = re.compile(rf"{_NUMBER}\s?-\s?{_NUMBER}")


@lru_cache(maxsize=64)  # the extractor and the signal both ask
def requested_quantities(query: str) -> tuple[QuantityRange, ...]:
    """The range that the query sets for each quantity that it names, in order of their place."""
    query = _in_digits(query)
    text = plain(query)
    if not any(map(str.isdigit, text)):
        return ()
    named = _named(query, text)
    spans = Counter((each.start, each.end) for each in named)
    ranges: list[QuantityRange] = []
    place = 0
    while place < len(named):
        requested, consumed = _requested(text, named, place)
        one = named[place]
        if consumed == 1 and spans[one.start, one.end] > 1:
            requested = replace(requested, together=one.start + 1)
        ranges.append(requested)
        place += consumed
    return tuple(ranges)


def _in_digits(query: str) -> str:
    """ "two inch" as "  2 inch": the places stay."""
    return _COUNTED.sub(lambda match: _DIGITS[match[0].lower()].rjust(len(match[0])), query)


def _named(query: str, text: str) -> list[Quantity]:
    """Those that are no amount of money: "under 50 pounds" is a price."""
    found = [*quantities(query), *sides(query, bare=True)]
    money = price_spans(text)
    return [
        each
        for each in found
        if not any(start < each.end and each.start < end for start, end in money)
    ]


def _requested(text: str, named: Sequence[Quantity], place: int) -> tuple[QuantityRange, int]:
    """(the range that begins with this quantity, how many quantities it consumes)."""
    quantity = named[place]
    before = text[max(0, quantity.start - 60) : quantity.start]
    if place + 1 < len(named) and (end := named[place + 1]).dimension == quantity.dimension:
        dashed = end.start == quantity.start and _DASHED.match(text, quantity.start)
        between = text[quantity.end : end.start]
        if dashed or (end.start >= quantity.end and joins(before, between)):
            return _range(quantity.dimension, quantity.value, end.value), 2
    if (match := _FIRST_END.search(before)) and joins(before[: match.start()], match[2]):
        first, second = parse_number(match[1]), parse_number(_digits(text, quantity))
        if first is not None and second:
            start = quantity.value * first / second
            return _range(quantity.dimension, start, quantity.value), 1
    return _bounded(before, text[quantity.end :], quantity), 1


def _digits(text: str, quantity: Quantity) -> str:
    match = re.match(_NUMBER, text[quantity.start : quantity.end])
    return match[1] if match else ""


def _range(dimension: str, start: float, end: float) -> QuantityRange:
    return QuantityRange(dimension, min(start, end), max(start, end))


def _bounded(before: str, after: str, quantity: Quantity) -> QuantityRange:
    """The range that the words around the quantity make of it."""
    dimension, value = quantity.dimension, quantity.value
    named = dimension == "data" and _NAME.search(before)  # "iphone 12 max 256gb"
    stated = None if named else bound(before, after)
    match stated and stated.side:
        case Side.HIGH:
            return QuantityRange(dimension, _lowest(dimension), value)
        case Side.LOW:
            return QuantityRange(dimension, value, math.inf)
        case Side.ABOUT:
            near = abs(value) * AROUND
            return QuantityRange(dimension, value - near, value + near)
        case _:
            return QuantityRange(dimension, value, value, quantity.step, quantity.factor)


def _lowest(dimension: str) -> float:
    return -math.inf if dimension in TEMPERATURES else 0.0


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
    share = agreement(requested, stated_quantities(read_value(value), dimensions))
    return Satisfaction((share > 0) - (share < 0))


QUANTITY = Extractor("quantity", _extract, _check, ("",))
