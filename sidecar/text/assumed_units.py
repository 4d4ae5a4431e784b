"""Numbers whose unit is not written: the sides of "60 x 80", attributes such as "width: 36",
"-20 degrees" of either scale.

They are read as being in each unit that they may be in: the query says which is meant.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import accumulate

from sidecar.text.bounds import alternatives
from sidecar.text.numerals import plain
from sidecar.text.unit_table import DEGREES, UNITS, Unit, keys, spellings
from sidecar.text.units import (
    NUMBER,
    SPACED_LETTER,
    TEMPERATURES,
    THREAD,
    Quantity,
    numbered,
    places_of_units,
    quantities_in,
    quantity,
    read_number,
    step_of,
)

SIDE = "side"
"""The dimension of the numbers of "60 x 80". A length that is joined so, or the bare number of an
attribute such as "width: 36", is one in each unit that it may be asked for in."""
_JOINED = frozenset({SIDE, THREAD, "length"})
"""Dimensions of 60 x 80, M8 x 40 and 5'6"."""
_ASSUMED = {
    "length": ("in", "cm", "mm", "ft", "m"),
    "mass": ("kg", "g", "lb", "oz"),
    "volume": ("l", "ml", "fl oz"),
    "power": ("W",),
    "voltage": ("V",),
    "light": ("lm",),
    "threads": ("thread count",),
}
"""The units that a number without one may be in."""


def stated_quantities(text: str, dimensions: frozenset[str]) -> tuple[Quantity, ...]:
    """Those that a document's field states, the sides of "60 x 80" and the numbers of attributes
    such as "width: 36" among them."""
    if (within := numbered(text)) is None:
        return ()  # most texts
    found = quantities_in(within, _with_both_scales(dimensions))
    if not dimensions.isdisjoint(TEMPERATURES):
        found += tuple(each for one in found for each in _in_either_scale(one))
    if SIDE in dimensions:
        found += _sides_in(within.lower, bare=False)
    return found + _keyed_in(within.lower, dimensions)


@lru_cache(maxsize=64)
def _with_both_scales(dimensions: frozenset[str]) -> frozenset[str]:
    return dimensions if dimensions.isdisjoint(TEMPERATURES) else dimensions | TEMPERATURES


def _in_either_scale(stated: Quantity) -> Iterator[Quantity]:
    """A temperature as degrees of each scale, and degrees as a temperature in each."""
    for scale in (UNITS["°C"], UNITS["°F"]):
        if stated.dimension == DEGREES:
            value, factor = stated.value * scale.factor + scale.offset, scale.factor
            dimension = scale.dimension
        elif stated.dimension == scale.dimension:
            value, factor = (stated.value - scale.offset) / scale.factor, 1 / scale.factor
            dimension = DEGREES
        else:
            continue
        step = stated.step * factor
        yield replace(stated, dimension=dimension, value=value, step=step, assumed=True)


def may_state(texts: Sequence[str], dimensions: frozenset[str]) -> list[str]:
    """The texts with "" in place of those that state no quantity of these dimensions for sure.

    They are looked over together: one search for numbers with units costs a quarter of one for each
    text, and most texts have none. Where a quantity may be written without its unit, as lengths
    are, all texts stay.
    """
    together = plain("\0".join(texts))
    dimensions = _with_both_scales(dimensions)
    parts = _parts_of_names(dimensions)
    if not dimensions.isdisjoint(_JOINED) or any(part in together for part, _ in parts):
        return list(texts)
    ends = list(accumulate([len(text) + 1 for text in together.split("\0")]))
    if len(ends) != len(texts):
        return list(texts)  # one has such a character itself
    stating = {bisect_right(ends, place) for place in places_of_units(together, dimensions)}
    return [text if place in stating else "" for place, text in enumerate(texts)]


def sides(text: str, bare: bool) -> tuple[Quantity, ...]:
    """The numbers of "60 x 80" and "60 x 80 x 20". `bare` ones alone, as a query writes them, or
    also lengths that are joined so, in every unit that they may be asked for in.

    "4 x 4" is none: equal small numbers name a drive or a cube.
    """
    return _sides_in(plain(text), bare)


def _sides_in(lower: str, bare: bool) -> tuple[Quantity, ...]:
    found: list[Quantity] = []
    for match in _sides().finditer(lower) if "x" in lower or " by " in lower else ():
        numbers = [match[1], match[3], *([match[5]] if match[5] else [])]
        units = {spelled for spelled in (match[2], match[4], match[6]) if spelled}
        values = [read_number(number) for number in numbers]
        if (units and bare) or len(units) > 1 or (len(set(values)) == 1 and (values[0] or 0) <= 4):
            continue
        for number, value in zip(numbers, values, strict=True):
            if value is None:
                continue
            place = (match.start(), match.end())
            found.append(Quantity(SIDE, value, *place, step_of(number)))
            for unit in units:
                found += _in_every_unit(value, number, UNITS[spellings()[unit]], place)
    return tuple(found)


def _in_every_unit(
    value: float, number: str, unit: Unit, place: tuple[int, int]
) -> Iterator[Quantity]:
    for name in _ASSUMED["length"]:
        ratio = unit.factor / UNITS[name].factor
        if ratio != 1:
            yield Quantity(SIDE, value * ratio, *place, step_of(number) * ratio, ratio)


def _keyed_in(lower: str, dimensions: frozenset[str]) -> tuple[Quantity, ...]:
    """The bare numbers of attributes whose names say what they measure: "overall_width: 36",
    "width_cm: 90", "Breite (cm): 90". Without a unit they are `assumed` in each."""
    parts = _parts_of_names(dimensions)
    if not parts or ":" not in lower:
        return ()
    found: list[Quantity] = []
    for match in _VALUE.finditer(lower):
        before = _NAME.search(lower[max(0, match.start() - _MAX_NAME) : match.start()].rstrip())
        if before is None:
            continue
        name, number = before[1], match[1]
        dimension = next((of for part, of in parts if part in name), None)
        if dimension is None:
            continue
        written = _unit_in_name().search(name)
        unit = UNITS[spellings()[written[1]]] if written else None
        if unit and unit.dimension == dimension:
            units = [unit]
        else:
            units = [UNITS[each] for each in _ASSUMED[dimension]]
        for each in units:
            one = quantity(number, each, match.start(1), match.end(1))
            if one is not None:
                found.append(replace(one, assumed=len(units) > 1))
    return tuple(found)


_VALUE = re.compile(rf":\s*({NUMBER})\s*(?=$|[|,;}}\n])")
_NAME = re.compile(r"(?:^|[|,;:{}\n])\s*([^\W\d][^|,;:{}\n]*)$")
_MAX_NAME = 50


@lru_cache(maxsize=64)
def _parts_of_names(dimensions: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """`unit_table.keys` of these dimensions."""
    return tuple(pair for pair in keys() if pair[1] in dimensions)


@lru_cache(maxsize=1)
def _unit_in_name() -> re.Pattern[str]:
    return re.compile(rf"(?:[_ (\[-]|in )({alternatives(spellings())})[)\]]?$")


@lru_cache(maxsize=1)
def _sides() -> re.Pattern[str]:
    lengths = alternatives(
        spelling for spelling, unit in spellings().items() if UNITS[unit].dimension == "length"
    )
    one = rf"({NUMBER})(?:\s?({lengths}))?"
    joined = r"\s?(?:x|\*|by)\s?"
    return re.compile(
        rf"(?<![.,/])(?<!{SPACED_LETTER}){one}{joined}{one}(?:{joined}{one})?(?![\w/%²³]|\s?x)"
    )
