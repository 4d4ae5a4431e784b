"""A field's value as signals and the model read it: without what is empty, and as its profile asks.

present      null, blank text and what holds nothing but these are absent; objects that say one
             thing are that thing (`objects`)
as_asked     `locale`, `factor`, `unit` and `pick` of the field's profile
is_zero      a price or number of 0, for `zero_means_none`
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from sidecar.text.compose import read_value
from sidecar.text.field_profile import FieldProfile
from sidecar.text.key_values import of_pairs
from sidecar.text.locales import date_order, is_point_decimal, language_of
from sidecar.text.objects import connected, meaning, of_locales
from sidecar.text.prices import price
from sidecar.text.values import NUMBERS, SINGLE, number

MAX_DEPTH = 16
"""Objects and lists within one another, the document included; every reader may then recurse."""
MAX_BESIDE = 12
"""Characters beside the number of a text that is a number: a currency, a unit, "from"."""

_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*")
_ONE_NUMBER = re.compile(
    rf"(\D{{0,{MAX_BESIDE}}}?)([+-]?\d[\d.,'’\u00a0\u202f ]*\d)(\D{{0,{MAX_BESIDE}}})"
)
_POINT_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:[,'’\u00a0\u202f ]\d{2,3})+|\d+)(?:\.\d+)?")
_COMMA_NUMBER = re.compile(r"[+-]?(?:\d{1,3}(?:[.'’\u00a0\u202f ]\d{3})+|\d+)(?:,\d+)?")
_DATE = re.compile(r"(\d{1,4})[./-](\d{1,2})[./-](\d{1,4})")
_GROUPS = re.compile("['’\u00a0\u202f ]")


def present(value: object, depth: int, languages: Sequence[str] | None) -> object:
    """The value without what cannot be read inside it, or None when nothing is left.

    `languages` are those wanted of a value in several, none for all; None leaves every object and
    every list as it is.
    """
    if isinstance(value, str):  # nearly all values
        return None if not value or value.isspace() else value
    if type(value) in SINGLE:
        return value
    match value:
        case dict() | Mapping() if depth > 0:
            if (nodes := connected(value)) is not None:
                return present(nodes, depth - 1, languages)
            held = _held(value, depth, languages)
            return (held and (held if languages is None else meaning(held, languages))) or None
        case list() | tuple() if depth > 0:
            types = set(map(type, value))
            if types <= {int, float}:  # a vector: 768 numbers in 10 us
                return value or None
            if types == {str}:
                return [item for item in value if item and not item.isspace()] or None
            if (attributes := of_pairs(value)) is not None:
                return present(attributes, depth, languages)
            if languages is not None and (texts := of_locales(value, languages)) is not None:
                return present(texts, depth, languages)
            return [
                item
                for given in value
                if (item := present(given, depth - 1, languages)) is not None
            ] or None
        case Mapping() | list() | tuple():
            return None
        case _:
            return value


def _held(
    value: Mapping[str, object], depth: int, languages: Sequence[str] | None
) -> dict[str, object]:
    """The entries that can be read. Single values are looked at here: they are ten times as many as
    anything else in variants, and a call for each took most of the time."""
    held = dict(value)
    for key, given in value.items():
        if isinstance(given, str):
            if given and not given.isspace():
                continue
        elif type(given) in NUMBERS:
            continue
        elif given is not None and (part := present(given, depth - 1, languages)) is not None:
            held[key] = part
            continue
        del held[key]
    return held


def wanted_languages(field: FieldProfile) -> tuple[str, ...]:
    """The field's language, and English where it is not there; none for all languages."""
    language = language_of(field.locale) if field.locale else None
    return (language, "", "en") if language else ()


def as_asked(value: object, field: FieldProfile) -> object:
    """The value in the units, the notation and the number of values that the profile asks for."""
    if (locale := field.locale) is not None:
        value = _each(value, lambda item: _unambiguous(item, locale))
    if (factor := field.factor) is not None:
        value = _each(value, lambda item: _multiplied(item, factor))
    if (unit := field.unit) is not None:
        value = _each(value, lambda item: _with_unit(item, unit))
    if field.pick in ("first", "lowest", "highest") and isinstance(value, list | tuple):
        return _picked(value, field.pick)
    return value


def multiplied(value: object, factor: float) -> object:
    """The number, or each of the list, times the factor; what is no number stays."""
    return _each(value, lambda item: _multiplied(item, factor))


_TRUTH = {
    **dict.fromkeys(("true", "yes", "y", "1"), True),
    **dict.fromkeys(("false", "no", "n", "0"), False),
}


def negated(value: object) -> object:
    """The opposite of a truth value, or of each of the list; what is none stays."""
    return _each(value, _opposite)


def _opposite(value: object) -> object:
    if not isinstance(value, bool | int | str):
        return value
    truth = _TRUTH.get(read_value(value).strip().casefold())
    return value if truth is None else not truth


def is_zero(value: object) -> bool:
    """Whether the value, or every item of the list, is a price or a number of 0."""
    if isinstance(value, list | tuple):
        return bool(value) and all(map(is_zero, value))
    if isinstance(value, bool):
        return False
    amount = price(value)
    return amount is not None and amount.low == amount.high == 0


def _each(value: object, change: Callable[[object], object]) -> object:
    return list(map(change, value)) if isinstance(value, list | tuple) else change(value)


def _picked(values: Sequence[object], pick: str) -> object:
    if pick == "first":
        return values[0]
    amounts = [(amount, value) for value in values if (amount := price(value)) is not None]
    if not amounts:
        return values[0]
    if pick == "lowest":
        return min(amounts, key=lambda each: each[0].low)[1]
    return max(amounts, key=lambda each: each[0].high)[1]


def _multiplied(value: object, factor: float) -> object:
    amount = number(value)
    return value if amount is None else float(f"{amount * factor:.12g}")


def _with_unit(value: object, unit: str) -> object:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return value
    text = read_value(value).strip()
    return f"{text} {unit}" if _PLAIN_NUMBER.fullmatch(text) else value


def _unambiguous(value: object, locale: str) -> object:
    """A text that is one number or one date, as every locale reads it: 1299.5, 2020-04-03."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    if match := _DATE.fullmatch(text):
        return _iso(match.groups(), locale) or value
    match = _ONE_NUMBER.fullmatch(text)
    if match is None:
        return value
    before, digits, after = match.groups()
    pattern = _POINT_NUMBER if is_point_decimal(locale) else _COMMA_NUMBER
    if not pattern.fullmatch(digits):
        return value
    digits = _GROUPS.sub("", digits)
    if is_point_decimal(locale):
        return f"{before}{digits.replace(',', '')}{after}"
    return f"{before}{digits.replace('.', '').replace(',', '.')}{after}"


def _iso(parts: Sequence[str], locale: str) -> str | None:
    order = "ymd" if len(parts[0]) > 2 else date_order(locale)
    named = dict(zip(order, map(int, parts), strict=True))
    year = named["y"]
    if year < 100 and len(parts[order.index("y")]) <= 2:
        year += 1900 if year >= 69 else 2000  # as POSIX has it
    try:
        return date(year, named["m"], named["d"]).isoformat()
    except ValueError:
        return None
