"""What a price field holds: one price, or the range in which a document's prices lie.

    499 · "499.00" · "$1,299.00" · "1.299,00 €" · "EUR 12,50"           that price
    {"amount": 499, "currency": "USD"} · {"value": "499.00"}             that price (AMOUNTS)
    {"min": 399, "max": 599} · {"lowPrice": 399, "highPrice": 599}       399 to 599 (LOWEST ...)
    "$399 - $599" · "399–599 €" · "from 399 to 599"                      399 to 599
    "from $500" · "ab 500 €" · "starting at $500" · "500+" · {"min": 5}  500 or more
    [{"amount": 499, ...}, ...]                                          its first that is a price

Anything else is no price: "ask us", "was $599, now $499", "499 / 599", true. Currencies are neither
compared nor converted.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from sidecar.text.terms import fold
from sidecar.text.values import AMOUNTS, CURRENCY, MONEY_NUMBER, number, parse_number

LOWEST = ("min", "minimum", "low", "lowest", "from", "gte", "lowprice", "minprice")
HIGHEST = ("max", "maximum", "high", "highest", "to", "lte", "highprice", "maxprice")
"""Keys of a range, case and underscores ignored. An object with only a lowest price is open."""
_MONEY = rf"{CURRENCY}?\s*({MONEY_NUMBER})\s*{CURRENCY}?"
_RANGE = re.compile(rf"(?:from|von|between)?\s*{_MONEY}\s*(?:-|–|—|to|bis|and)\s*{_MONEY}")
_FROM = re.compile(
    rf"(?:from|ab|starting (?:at|from)|starts at|as low as|at least|min\.?)\s*{_MONEY}"
    rf"|{_MONEY}\s*(?:\+|and up|or more)"
)


@dataclass(frozen=True, slots=True)
class Price:
    """From `low` to `high`, both included; `high` is infinite where only the lowest is known."""

    low: float
    high: float


def price(value: object) -> Price | None:
    """The field's price or range of prices; None where it says none."""
    match value:
        case Mapping():
            return _of_object(value)
        case list() | tuple():
            return next((read for item in value if (read := price(item)) is not None), None)
        case _:
            exact = number(value)
            if exact is not None:
                return Price(exact, exact)
            return _of_text(fold(value).strip()) if isinstance(value, str) else None


def _of_object(value: Mapping[str, object]) -> Price | None:
    named = {str(key).lower().replace("_", ""): part for key, part in value.items()}
    low, high = _first(named, LOWEST), _first(named, HIGHEST)
    if low is not None:
        return Price(low.low, low.high if high is None and low.high > low.low else _end(low, high))
    return next((read for key in AMOUNTS if (read := price(named.get(key))) is not None), None)


def _first(named: Mapping[str, object], keys: tuple[str, ...]) -> Price | None:
    return next((read for key in keys if (read := price(named.get(key))) is not None), None)


def _end(low: Price, high: Price | None) -> float:
    return math.inf if high is None else max(low.low, high.high)


def _of_text(text: str) -> Price | None:
    if len(text) > 60 or not any(map(str.isdigit, text)):
        return None
    if match := _RANGE.fullmatch(text):
        ends = [parse_number(group, money=True) for group in match.groups()]
        if ends[0] is not None and ends[1] is not None and ends[0] <= ends[1]:
            return Price(ends[0], ends[1])
    if match := _FROM.fullmatch(text):
        low = parse_number(match[1] or match[2], money=True)
        return None if low is None else Price(low, math.inf)
    return None
