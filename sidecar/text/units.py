"""Quantities in a text, in one base unit per dimension.

    16gb = 16 GB = 16 gigabytes     (data, 16e9)        55in = 55" = 55 Zoll    (length, 1.397)
    2.5 kg = 2,500 g                (mass, 2.5)         60 x 40 cm              (length, .6), (.4)
    1/4 inch · 1-1/2 in. · 8½"      (length, ...)       5'6" = 5 ft 6 in        (length, 1.6764)
    -10 °C = 14 °F                  (temperature, -10)  M8 x 40      (thread, 8), (length, .04)
    -20 degrees · 零下20度          (degrees, -20); above zero they may be an angle's

What only looks like one is not read: `unit_lookalikes` has it. Codes (NB-5L), rates (100 Mbps,
6 Gb/s) and the count of "2 x 16 GB", where only lengths share their unit, are none either.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from sidecar.text.bounds import alternatives
from sidecar.text.digit_runs import digit_runs, find_at_digits
from sidecar.text.folding import UNSPACED_SIGNS, unspaced
from sidecar.text.numerals import cased
from sidecar.text.unit_lookalikes import is_lookalike
from sidecar.text.unit_table import DEGREES, DIMENSIONS, UNITS, Unit, below_zero, spellings
from sidecar.text.values import parse_number
from sidecar.text.vocabularies import any_of

THREAD = "thread"
"""That of the 8 in "M8 x 40", in millimetres."""
FARTHEST = 10.0
"""How many times the lower end of a range its upper end is at most, where a dash joins them."""
ALL = DIMENSIONS | {THREAD}
TEMPERATURES = frozenset({"temperature", DEGREES})
READ_BEFORE = 20
"""Characters before a temperature in which a minus is looked for."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """`value` in the dimension's base unit; the places are those of the `plain` text.

    `step` is the smallest step in which the number is written, in base units, and `factor` the
    unit's: 2.5 kg has 0.1 and 1, 10 ft has 3.048 and 0.3048 (a zero at the end may be rounding).
    A quantity is `assumed` where the unit is not written, and is one of several that it may be.
    """

    dimension: str
    value: float
    start: int
    end: int
    step: float = 0.0
    factor: float = 1.0
    assumed: bool = False


_FRACTION = r"(?:[0-9]{1,4}[ -])?[0-9]{1,3}/(?:2|3|4|5|6|8|10|12|16|32|64)(?![0-9/])"
_FRACTION_REST = r"(?:(?:[ -][0-9]{1,3})?/(?:2|3|4|5|6|8|10|12|16|32|64)(?![0-9/]))?"
"""What may follow a first number."""
_DECIMAL = r"[0-9]+(?:[.,][0-9]+)*"
SPACED_LETTER = rf"[^\W{UNSPACED_SIGNS}]"
"""A letter or a digit after which no number begins: "内存16GB" has one, "a16GB" has none."""
NUMBER = f"(?:{_FRACTION}|{_DECIMAL})"
_IS_FRACTION = re.compile(_FRACTION)
_FIND_NUMBER = re.compile(NUMBER)
_FOOT = UNITS["ft"].factor
_FEET_INCHES = re.compile(
    rf"([0-9](?<![\w.,/][0-9])[0-9]{{0,2}})\s?(?:(')|(?:ft\.?|feet|foot)[\s-])\s?"
    rf"({_FRACTION}|[0-9]{{1,2}}(?:\.[0-9]+)?)\s?(\"|''|in\b\.?|inch(?:es)?\b)?(?![\w./'])"
)
_HALVED = frozenset({"length", "mass", "volume", "area"})
"""Dimensions in which numbers are written as fractions."""
_OF_BOLTS = frozenset({"length", THREAD})
_BOLT = re.compile(r"m(?<!\wm)([0-9]{1,2}(?:\.[0-9])?)\s?x\s?([0-9]{1,4})(?:\s?mm)?(?![\w.,])")


class NumberedText(NamedTuple):
    """A text that has digits, in the spellings in which quantities are looked for."""

    cased: str
    lower: str
    runs: Sequence[int]
    """Where runs of digits begin in `lower`."""


def numbered(text: str) -> NumberedText | None:
    """The text as quantities are read from it; None for one without digits, which has none."""
    text = cased(text)
    if not (runs := digit_runs(text)):
        return None
    lower = text.lower()
    if not text.isascii():
        runs = digit_runs(lower)  # some capitals become two letters
    return NumberedText(text, lower, runs)


def quantities(text: str, dimensions: frozenset[str] = ALL) -> tuple[Quantity, ...]:
    """The physical quantities of these dimensions, in order of their place."""
    found = numbered(text)
    return () if found is None else quantities_in(found, dimensions)


def quantities_in(text: NumberedText, dimensions: frozenset[str]) -> tuple[Quantity, ...]:
    """`quantities` of a text that has digits."""
    lower = text.lower
    stated: list[Quantity] = []
    if not dimensions.isdisjoint(_OF_BOLTS) and _after_number(lower, "x"):
        stated += _bolts(lower, dimensions)
    measured = [*_measured(text, dimensions)]
    if "length" in dimensions and (
        any(one.factor == _FOOT for one in measured) or _after_number(lower, "'")
    ):
        stated += _feet_and_inches(lower)
    if not stated:
        return tuple(measured)
    taken = [(one.start, one.end) for one in stated]
    stated += [
        one
        for one in measured
        if not any(start < one.end and one.start < end for start, end in taken)
    ]
    return tuple(sorted(stated, key=lambda one: one.start))


def _after_number(lower: str, sign: str) -> bool:
    """Whether it comes after a digit: to look for the sign is ten times as fast as for digits."""
    place = lower.find(sign)
    while place > 0:
        before = place - 2 if lower[place - 1] == " " else place - 1
        if before >= 0 and lower[before].isdecimal():
            return True
        place = lower.find(sign, place + 1)
    return False


def _measured(text: NumberedText, dimensions: frozenset[str]) -> Iterator[Quantity]:
    for match in find_at_digits(_pattern(dimensions), text.lower, text.runs):
        if is_lookalike(text.cased, match):
            continue
        first, others = match["number"], match["others"]
        unit = UNITS[_spelled()[match["unit"].replace(" ", "")]]
        numbers = [first, *_FIND_NUMBER.findall(others)] if others else [first]
        numbers = [each for number in numbers for each in _alternatives(number, unit.dimension)]
        if (
            unit.dimension != "length"
            and "-" not in others
            and len(numbers) == 1 + others.count("x")
        ):
            numbers = numbers[-1:]
        if "-" in others and not _ascend(numbers):
            numbers = numbers[-1:]
        if unit.dimension in TEMPERATURES:
            if _is_below_zero(text.lower, match.start()):
                numbers[0] = f"-{numbers[0]}"
            elif unit.dimension == DEGREES and read_number(numbers[0]) != 0:
                continue  # "a 360 degree camera"
        for digits in numbers:
            if (found := quantity(digits, unit, match.start(), match.end())) is not None:
                yield found


def places_of_units(text: str, dimensions: frozenset[str]) -> Iterator[int]:
    """Where a `plain` text has a number with what may be a unit of these dimensions."""
    for match in find_at_digits(_pattern(dimensions), text, digit_runs(text)):
        yield match.start()


def _is_below_zero(lower: str, place: int) -> bool:
    """Whether a minus stands before it."""
    return _before_below_zero().search(lower, max(0, place - READ_BEFORE), place) is not None


@lru_cache(maxsize=1)
def _before_below_zero() -> re.Pattern[str]:
    spaced = alternatives(word for word in below_zero() if not unspaced(word))
    others = any_of(word for word in below_zero() if unspaced(word))
    return re.compile(rf"(?:(?<!\))(?<!{SPACED_LETTER})(?:-\s?|{spaced}\s)|(?:{others})\s?)$")


def _ascend(numbers: Sequence[str]) -> bool:
    """Whether they may be the ends of a range: 20-30, and neither 11102-60 nor "UDMA 7 - 128"."""
    values = [read_number(number) or 0.0 for number in numbers]
    return all(low < high <= FARTHEST * low for low, high in pairwise(values))


def _alternatives(number: str, dimension: str) -> list[str]:
    """A fraction as it is; "16/32" GB and "1.5/2" m are two numbers."""
    if "/" not in number or (dimension in _HALVED and _IS_FRACTION.fullmatch(number)):
        return [number]
    return number.split("/")


@lru_cache(maxsize=1)
def _spelled() -> Mapping[str, str]:
    """The spellings without spaces -> the unit."""
    return {spelling.replace(" ", ""): unit for spelling, unit in spellings().items()}


def quantity(digits: str, unit: Unit, start: int, end: int) -> Quantity | None:
    """The number in the unit; None for digits that are no number."""
    value = read_number(digits)
    if value is None:
        return None
    base = value * unit.factor + unit.offset
    return Quantity(unit.dimension, base, start, end, step_of(digits) * unit.factor, unit.factor)


def read_number(digits: str) -> float | None:
    """A decimal number or a fraction: "2,5", "1 1/2", "1-1/2", "3/4"."""
    if "/" not in digits:
        return parse_number(digits)
    whole, _, fraction = digits.replace("-", " ").rpartition(" ")
    above, _, below = fraction.partition("/")
    return int(whole or 0) + int(above) / int(below)


def step_of(digits: str) -> float:
    """The smallest step in which a number is written: 0.1 of 2.5, 10 of 60, 1/4 of 1 3/4."""
    if "/" in digits:
        return 1 / int(digits.rpartition("/")[2])
    whole, point, decimals = digits.replace(",", ".").rpartition(".")
    if point and whole.isdecimal() and not (len(decimals) == 3 and whole != "0"):
        return 10.0 ** -len(decimals)
    plain = digits.lstrip("+-").replace(".", "").replace(",", "")
    return 10.0 ** (len(plain) - len(plain.rstrip("0") or plain))


def _feet_and_inches(lower: str) -> Iterator[Quantity]:
    inch = UNITS["in"].factor
    for match in _FEET_INCHES.finditer(lower):
        if not (match[2] or match[4]):
            continue  # "6 ft 2" has no inches
        inches = read_number(match[3])
        if inches is not None and inches < 12:
            value = int(match[1]) * _FOOT + inches * inch
            step = step_of(match[3]) * inch if match[3] != "0" else inch
            yield Quantity("length", value, match.start(), match.end(), step, inch)


def _bolts(lower: str, dimensions: frozenset[str]) -> Iterator[Quantity]:
    for match in _BOLT.finditer(lower):
        for group, dimension, factor in ((1, THREAD, 1.0), (2, "length", 0.001)):
            value = float(match[group])
            if dimension in dimensions:
                yield Quantity(
                    dimension, value * factor, match.start(), match.end(), factor, factor
                )


@lru_cache(maxsize=64)
def _pattern(dimensions: frozenset[str]) -> re.Pattern[str]:
    """Numbers with a unit of these dimensions: the fewer units, the faster it skips the others."""
    units = [name for name, unit in spellings().items() if UNITS[unit].dimension in dimensions]
    if not units:
        return re.compile("(?!)")
    spelled = "|".join(
        re.escape(name).replace(r"\ ", r"\s?") for name in sorted(units, key=len, reverse=True)
    )
    return re.compile(
        rf"(?P<number>[0-9](?<![.,/][0-9])(?<!{SPACED_LETTER}[0-9])[0-9]*+(?:[.,][0-9]+)*+{_FRACTION_REST})"
        rf"(?P<others>(?:(?:\s?[x-]\s?|/){NUMBER}){{0,3}}+)"
        rf"(?P<gap>[\s-]?+)(?P<unit>{spelled})(?![a-z0-9_²³]|/s\b|/h\b)"
    )
