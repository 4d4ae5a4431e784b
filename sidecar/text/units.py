"""Quantities in a text, in one base unit per dimension.

    16gb = 16 GB = 16 gigabytes     (data, 16e9)        55in = 55 inch = 55"    (length, 1.397)
    2.5 kg = 2,500 g                (mass, 2.5)         60 x 40 cm              (length, .6), (.4)

What is not read, by choice:
    5g network, 802.11g     a mobile generation (one digit from 2 to 6 stuck to g), a standard
    3 in 1, 100 in stock    `in` after a space is an inch only before the end, a sign or a screen
    42M, size L, 12 v 5     a lone M is no metre, and v and w take no space before them
    100 Mbps, 6 Gb/s        rates
    2 x 16 GB               the 2 counts sticks; only lengths share their unit
    the "iPhone 15"         a quotation mark that closes one is no inch
GB and GiB are the same: shops do not distinguish them.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sidecar.text.values import parse_number

TOLERANCE = 0.01
"""Two values within 1 % are equal: shops round 139.7 cm to 140."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """`value` in the dimension's base unit."""

    dimension: str
    value: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class QuantityRange:
    """What a query requests of a dimension: `low` to `high`, equal where it names one value."""

    dimension: str
    low: float
    high: float


def _scaled(dimension: str, units: str) -> dict[str, tuple[str, float]]:
    """`kg=1 g=.001` as a table from unit to dimension and factor."""
    pairs = (unit.split("=") for unit in units.split())
    return {
        name: (dimension, float(factor)) for names, factor in pairs for name in names.split("|")
    }


UNITS: dict[str, tuple[str, float]] = {
    **_scaled(
        "data",
        "tb|tib|terabyte|terabytes=1e12 gb|gib|gigabyte|gigabytes=1e9 "
        "mb|mib|megabyte|megabytes=1e6 kb|kib|kilobyte|kilobytes=1e3",
    ),
    **_scaled(
        "length",
        "mm|millimeter|millimeters|millimetre|millimetres=.001 "
        "cm|centimeter|centimeters|centimetre|centimetres=.01 "
        "m|meter|meters|metre|metres=1 km|kilometer|kilometers|kilometre|kilometres=1000 "
        'in|inch|inches|"|″|”=.0254 ft|foot|feet=.3048 yd|yard|yards=.9144',
    ),
    **_scaled(
        "mass",
        "kg|kgs|kilo|kilos|kilogram|kilograms=1 g|gr|gram|grams=.001 mg|milligram|milligrams=1e-6 "
        "lb|lbs|pound|pounds=.45359237 oz|ounce|ounces=.028349523",
    ),
    **_scaled(
        "volume",
        "l|liter|liters|litre|litres=1 ml|milliliter|milliliters|millilitre|millilitres=.001 "
        "cl=.01 dl=.1 floz=.0295735 gal|gallon|gallons=3.785412",
    ),
    **_scaled("power", "w|watt|watts=1 kw|kilowatt|kilowatts=1000"),
    **_scaled("voltage", "v|volt|volts=1 kv=1000"),
    **_scaled("frequency", "hz|hertz=1 khz=1e3 mhz|megahertz=1e6 ghz|gigahertz=1e9"),
    **_scaled("charge", "mah=.001 ah=1"),
    **_scaled("pixels", "mp|mpx|mpix|megapixel|megapixels=1e6"),
}
DIMENSIONS = frozenset(dimension for dimension, _ in UNITS.values())

_NUMBER = "[0-9][0-9]*(?:[.,\u00a0\u202f][0-9]+)*"
_FL_OZ = r"fl\.?\s?oz"
_FACTOR = re.compile(_NUMBER)
_SCREEN = re.compile(
    r"\s*(?:$|[^\w\s]|(?:tvs?|monitors?|screens?|displays?|laptops?|wide|long|x)\b)"
)
_MOBILE = re.compile(r"\s*(?:network|wi-?fi|phones?|smartphones?|lte|modem|router|sim|ready)\b")


def quantities(text: str, dimensions: frozenset[str] = DIMENSIONS) -> tuple[Quantity, ...]:
    """The physical quantities of these dimensions, in order of their place."""
    stated: list[Quantity] = []
    lower = text.lower()
    if len(lower) != len(text):
        text = lower  # İ is longer in lower case: units lose their case, not their place
    for match in _pattern(dimensions).finditer(lower):
        first, others, unit = match[1], match[2], match[4]
        if _misread(text, match):
            continue
        dimension, factor = UNITS.get(unit) or UNITS["floz"]
        numbers = [first, *_FACTOR.findall(others)] if others else [first]
        if dimension != "length" and "-" not in others and "–" not in others:
            numbers = numbers[-1:]
        for digits in numbers:
            value = parse_number(digits)
            if value is not None:
                stated.append(Quantity(dimension, value * factor, match.start(), match.end()))
    return tuple(stated)


def agreement(requested: Sequence[QuantityRange], stated: Sequence[Quantity]) -> float:
    """Mean over the requested: 1 if a stated value of its dimension lies in the range, give or take
    TOLERANCE; -1 if only other values do; 0 if the dimension is not stated."""
    if not requested:
        return 0.0
    total = 0
    for quantity in requested:
        values = [other.value for other in stated if other.dimension == quantity.dimension]
        if values:
            total += 1 if any(_meets(quantity, value) for value in values) else -1
    return total / len(requested)


def _meets(requested: QuantityRange, value: float) -> bool:
    low, high = requested.low, requested.high
    below = low - value > TOLERANCE * max(low, value)  # nothing is less than an open end's 0
    above = value - high > TOLERANCE * value  # nor more than infinity
    return not below and not above


@lru_cache(maxsize=64)
def _pattern(dimensions: frozenset[str]) -> re.Pattern[str]:
    """Numbers with a unit of these dimensions: the fewer units, the faster it skips the others."""
    units = [name for name, (dimension, _) in UNITS.items() if dimension in dimensions]
    spelled = "|".join(_FL_OZ if name == "floz" else name for name in sorted(units, reverse=True))
    # The digit comes before the look behind: Python skips to digits far faster than to positions.
    return re.compile(
        r"([0-9](?<![\w.,][0-9])[0-9]*+(?:[.,\u00a0\u202f][0-9]+)*+)"
        rf"((?:\s?[x×–-]\s?{_NUMBER}){{0,3}}+)([\s-]?+)({spelled})(?![\w²³]|/s\b|/h\b)"
    )


def _misread(text: str, match: re.Match[str]) -> bool:
    """Whether what looks like a unit is none; see the table above."""
    number, gap, after = match[1], match[3], match.end()
    unit = text[match.start(4) : after]
    if len(number) > 1 and number[0] == "0" and number.isdigit():
        return True  # the end of "1 000 W": a space parts thousands as often as two numbers
    match unit:
        case "M" | "G":
            return True
        case "g":
            generation = len(number) == 1 and number in "23456"
            return number == "802.11" or (
                generation and (not gap or _MOBILE.match(text, after) is not None)
            )
        case "v" | "w":
            return gap == " "
        case "in" | "In" | "IN":
            return gap == " " and not _SCREEN.match(text.lower(), after)
        case '"' | "”":
            return text.count('"', 0, after - 1) % 2 == 1 or text.count("“", 0, after) > 0
        case _:
            return False
