"""What a field's value says as a number; None where it says none."""

import math
import re
from collections.abc import Iterable, Mapping

from sidecar.text.folding import fold

NUMBERS = frozenset((int, float, bool))
WITHOUT_TEXT = NUMBERS | {type(None)}
SINGLE = WITHOUT_TEXT | {str}
"""Types of JSON's values: its numbers, those that hold no text, and all but lists and objects. To
look a type up is faster than `isinstance`, and most values are of these."""

_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*")
_MONEY_NUMBER = r"[+-]?(?:\d{1,3}(?: \d{3})+(?:,\d+)?|\d+(?:[.,]\d+)*)(?:[.,][-–])?"
_CURRENCY = (
    r"(?:[a-z]{0,2}[$€£¥₹]|usd|euros?|eur|gbp|jpy|cny|inr|chf|cad|aud|sek|nok|dkk|pln|brl|zł|kr)"
)
"""Before or after the number; `fold`ed."""
_MONEY = re.compile(rf"\s*{_CURRENCY}?\s*({_MONEY_NUMBER})\s*{_CURRENCY}?\s*")
AMOUNTS = ("amount", "value", "price", "current", "sale", "final", "average")
"""Keys under which an object holds its one number, in the order in which they are tried."""


def texts_within(values: Iterable[object]) -> list[str]:
    """The texts among the values, and those within their objects and lists at every depth."""
    found: list[str] = []
    for value in values:
        if type(value) is str:
            found.append(value)
        elif type(value) in NUMBERS or value is None:
            continue
        elif isinstance(value, dict | Mapping):
            found += texts_within(value.values())
        elif isinstance(value, list | tuple):
            found += texts_within(value)
        elif isinstance(value, str):
            found.append(value)
    return found


def number(value: object) -> float | None:
    """A finite number, a text that is one ("1,299.00", "12,5", "$49"), the first such of a list, or
    what an object holds under one of AMOUNTS: {"amount": 499, "currency": "USD"} is 499."""
    if type(value) is float:
        return value if math.isfinite(value) else None
    match value:
        case bool() | None:
            return None
        case int() | float():
            return _finite(value)
        case str():
            whole, _, cents = value.partition(".")
            if whole.isdecimal() and cents.isdecimal() and len(cents) != 3:
                return _finite(value)  # most prices: no need to look closer
            match = _MONEY.fullmatch(fold(value)) if len(value) < 40 else None
            return parse_number(match[1], money=True) if match else None
        case list() | tuple():
            return next((read for item in value if (read := number(item)) is not None), None)
        case Mapping():
            named = (value.get(key) for key in AMOUNTS)
            return next((read for part in named if (read := number(part)) is not None), None)
        case _:
            return None


def parse_number(text: str, money: bool = False) -> float | None:
    """The number that the digits, points and commas write, in English or continental habit.

        1,000   1.000   1,299.95   1.299,95   12,5   0.125   2.625

    The last of two different separators is the decimal one; one that repeats is none. A lone
    comma before three digits parts thousands unless a 0 leads ("0,125"). So does a lone point
    where the three digits end in 00 ("1.000", "3.500") or the number is `money`; else it is a
    decimal point ("2.625").
    """
    if text.isdecimal() and len(text) < 16:
        return float(text)
    text = text.replace("\u00a0", "").replace("\u202f", "")
    if money:
        text = text.replace(" ", "").rstrip("-–").rstrip(".,")  # "1 299,-"
    if not _NUMBER.fullmatch(text) or len(text) > 40:
        return None
    point, comma = text.rfind("."), text.rfind(",")
    if point >= 0 and comma >= 0:
        decimal = "." if point > comma else ","
        plain = text.replace("," if decimal == "." else ".", "").replace(decimal, ".")
        return _finite(plain) if plain.count(".") <= 1 else None
    sign = "." if point >= 0 else ","
    head, *groups = text.split(sign)
    if len(groups) > 1:
        return _finite("".join([head, *groups]))
    thousands = groups and len(groups[0]) == 3 and head.lstrip("+-") != "0"
    if thousands and (sign == "," or money or groups[0].endswith("00")):
        return _finite(head + groups[0])
    return _finite(text.replace(",", "."))


def _finite(value: str | float) -> float | None:
    try:
        read = float(value)
    except (OverflowError, ValueError):
        return None
    return read if math.isfinite(read) else None
