"""The quantities that a query asks for. See `text/units`.

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
from sidecar.text.query.extractor import Extractor
from sidecar.text.query.price import AROUND
from sidecar.text.units import Quantity, Wanted, agreement, quantities
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
"""`and` joins two quantities to a range after one of these alone: "16gb and 32gb" are two."""


def asked_quantities(query: str) -> tuple[Wanted, ...]:
    """What the query asks of each quantity that it names, in order of their place."""
    lower = query.lower()
    if len(lower) != len(query):
        query = lower
    found = quantities(query)
    wanted: list[Wanted] = []
    place = 0
    while place < len(found):
        asked, taken = _asked(lower, found, place)
        wanted.append(asked)
        place += taken
    return tuple(wanted)


def _asked(query: str, found: Sequence[Quantity], place: int) -> tuple[Wanted, int]:
    """(what is asked from this quantity on, how many quantities that takes)."""
    one = found[place]
    before = query[max(0, one.start - 40) : one.start]
    if place + 1 < len(found) and (other := found[place + 1]).dimension == one.dimension:
        dashed = other.start == one.start and _DASHED.match(query, one.start)
        if dashed or (other.start >= one.end and _joined(before, query[one.end : other.start])):
            return _range(one.dimension, one.value, other.value), 2
    if match := _FIRST_END.search(before):
        first, second = parse_number(match[1]), parse_number(_digits(query, one))
        if first is not None and second:
            return _range(one.dimension, one.value * first / second, one.value), 1
    return _bounded(before, one), 1


def _joined(before: str, between: str) -> bool:
    """Whether the text between two quantities makes them a range: "20cm-30cm"."""
    if not (match := _TO.fullmatch(between)):
        return False
    return match[0].strip() not in ("and", "und") or _BETWEEN.search(before) is not None


def _digits(query: str, found: Quantity) -> str:
    match = re.match(_NUMBER, query[found.start : found.end])
    return match[1] if match else ""


def _range(dimension: str, one: float, other: float) -> Wanted:
    return Wanted(dimension, min(one, other), max(one, other))


def _bounded(before: str, one: Quantity) -> Wanted:
    if one.dimension == "data" and _NAME.search(before):
        return Wanted(one.dimension, one.value, one.value)
    if _HIGH.search(before):
        return Wanted(one.dimension, 0.0, one.value)
    if _LOW.search(before):
        return Wanted(one.dimension, one.value, math.inf)
    if _ABOUT.search(before):
        return Wanted(one.dimension, one.value * (1 - AROUND), one.value * (1 + AROUND))
    return Wanted(one.dimension, one.value, one.value)


def _find(query: str, documents: Sequence[Fields]) -> Constraint | None:
    values = frozenset(_written(asked) for asked in asked_quantities(query))
    return Constraint("quantity", values) if values else None


def _written(asked: Wanted) -> str:
    """ "data 16e9", or a range as "mass 0.0 2.0"."""
    if asked.low == asked.high:
        return f"{asked.dimension} {asked.low!r}"
    return f"{asked.dimension} {asked.low!r} {asked.high!r}"


def _read(written: str) -> Wanted:
    dimension, low, *high = written.split()
    return Wanted(dimension, float(low), float(high[0] if high else low))


def _judge(constraint: Constraint, value: object) -> int:
    wanted = [_read(text) for text in sorted(constraint.values)]
    dimensions = frozenset(asked.dimension for asked in wanted)
    verdict = agreement(wanted, quantities(read_value(value), dimensions))
    return (verdict > 0) - (verdict < 0)


QUANTITY = Extractor(_find, _judge, ("",))
