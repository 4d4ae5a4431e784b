"""The price that a query sets: a highest, a lowest, or both.

    under 50 · unter 50 € · moins de 50 euros · 500元以下 · max 50 eur · 50 or less       high
    over 100 · above £100 · ab 100 € · desde 100 euros · 3000円以上 · 100+ €             low
    between 50 and 100 · zwischen 50 und 100 € · 50-100 € · $50 - $100 · around $500   both

`text/bounds` has the words, in many languages. Without a currency a number is a price only after
plain words of comparison (under, over, between ...), and not where it means something else:

    under 2 kg, over 1000 pieces, over 18 years       a unit, a count or an age follows
    kids under 5, children between 3 and 5            after a word for children, up to 18
    women over 50, ages under 12, Größe bis 42        after a word for an age, a measure or a rating
"max" and "from" need a currency or the word price: "iphone 12 max 256" names no price. "cheap"
sets none. The constraint's values are the query's currency, where it names one: amounts in another
say nothing. Nothing is converted.

`text/prices` reads fields. A document with several prices, or a range of them, satisfies a demand
when one of them does.
"""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache

from sidecar.search import Constraint, Fields
from sidecar.text.bounds import Side, adds, bound, ends_below, joins, opens_range, pattern_of
from sidecar.text.money import Amount, amounts, comparable, same
from sidecar.text.numerals import plain
from sidecar.text.prices import Price, prices
from sidecar.text.query.counts import (
    ends_there,
    may_be_of_children,
    of_measure,
    of_people,
    of_something_else,
    of_weight,
    stands_alone,
)
from sidecar.text.query.extractor import (
    SATISFIED,
    UNKNOWN,
    VIOLATED,
    Extractor,
    Satisfaction,
    check_range,
)
from sidecar.text.values import number

AROUND = 0.2
"""`around 500` is 400 to 600."""
READ_AROUND = 48
"""Characters before and after a number in which its words are looked for."""
FARTHEST = 10.0
"""How many times the lowest price the highest is at most in "20 bis 50 Euro": in "iPhone 15 bis 800
Euro" the 15 is no price."""
_POUND = "pound"


@dataclass(frozen=True, slots=True)
class _Demand:
    """What the words around one amount, or two, demand. None of both ends: of something else."""

    low: float | None
    high: float | None
    about: bool
    read: tuple[Amount, ...]


def _extract(query: str, documents: Sequence[Fields]) -> Constraint | None:
    demands = [
        each for each in _demands(plain(query)) if each.low is not None or each.high is not None
    ]
    whole = [each for each in demands if each.low is not None and each.high is not None]
    ranges = [each for each in whole if not each.about]
    high = next((each for each in demands if each.low is None), None)
    low = next((each for each in demands if each.high is None), None)
    if ranges or (whole and not high and not low):
        high = low = (ranges or whole)[0]
    if high is None and low is None:
        return None
    return Constraint(
        "price",
        values=_currency(low, high),
        low=low.low if low else None,
        high=high.high if high else None,
    )


def _currency(*demands: _Demand | None) -> frozenset[str]:
    return frozenset(
        amount.currency for demand in demands if demand for amount in demand.read if amount.currency
    )


def price_spans(text: str) -> list[tuple[int, int]]:
    """The places of the amounts that a query demands or names with a currency, and of the numbers
    that it compares with something else. `text` is `plain`."""
    compared = [(each.start, each.end) for demand in _demands(text) for each in demand.read]
    return compared + [(each.start, each.end) for each in _amounts(text) if each.currency]


@lru_cache(maxsize=64)  # the price, the quantities and the codes of a query all ask
def _demands(text: str) -> tuple[_Demand, ...]:
    return tuple(_read_demands(text))


def _read_demands(text: str) -> Iterator[_Demand]:
    found = _amounts(text)
    place, other = 0, None
    while place < len(found):
        one = found[place]
        two = found[place + 1] if place + 1 < len(found) else None
        demand = (_range(text, one, two) if two else None) or _single(text, one, other)
        place += len(demand.read) if demand else 1
        if demand:
            other = demand.read[-1] if demand.low is demand.high is None else None
            yield demand


def _amounts(text: str) -> list[Amount]:
    """The amounts. Those in pounds are weights where another word says so, and "size 42 100 €" is
    not 42,100 €."""
    found = [*amounts(text)]
    for place, each in enumerate(found):
        first, _, rest = text[each.start : each.end].partition(" ")
        if first.isdecimal() and rest[:3].isdecimal() and of_measure(_before(text, each)):
            start = each.start + len(first) + 1
            found[place : place + 1] = [
                replace(one, start=one.start + start, end=one.end + start) for one in amounts(rest)
            ]
    if any(each.currency == _POUND for each in found) and of_weight(text):
        return [each for each in found if each.currency != _POUND]
    return found


def _before(text: str, amount: Amount) -> str:
    return text[max(0, amount.start - READ_AROUND) : amount.start]


def _range(text: str, one: Amount, two: Amount) -> _Demand | None:
    """50-100 €, between 50 and 100, price 20 to 40."""
    before = _before(text, one)
    if not joins(before, text[one.end : two.start]):
        return None
    ends = (one, two)
    if not one.currency and ends_below(text[one.end : two.start]):
        near = one.value < two.value < one.value * FARTHEST
        if not near or of_measure(before):
            return None
    if not (one.currency or two.currency):
        between = opens_range(before)
        rising = one.value < two.value  # "price 454141-002" is a code
        if between is None and not (rising and _price_before().search(before)):
            return None
        if not stands_alone(text[two.end :][:READ_AROUND]):
            return None
        start, highest = before[:between], max(one.value, two.value)
        if of_something_else(start, highest) or may_be_of_children(start, highest):
            return _Demand(None, None, False, ends)
    return _Demand(min(one.value, two.value), max(one.value, two.value), about=False, read=ends)


def _single(text: str, amount: Amount, other: Amount | None) -> _Demand | None:
    """`other` is the amount before, of something else: "over 3 and under 8"."""
    before, after, value = _before(text, amount), text[amount.end :][:READ_AROUND], amount.value
    if "+" in text[amount.start : amount.end]:
        after = f"+{after}"  # "100+ €"
    stated = bound(before, after)
    if stated is None:
        return None
    if not amount.currency:
        named = stated.side is not Side.ABOUT and _price_within().search(before) is not None
        follows = stated.end > 0
        if not (stated.plain or named) or (follows and stated.side is not Side.HIGH):
            return None  # "3 and up" is an age as often as a price
        if not stands_alone(after[stated.end :]):
            return None
        if stated.side is Side.LOW and not ends_there(after):
            return None  # "over 50 tricks"
        start = before[: stated.start]
        between = text[other.end : amount.start - len(before) + stated.start] if other else ""
        goes_on = other is not None and adds(between)
        by_age = stated.side is Side.LOW and of_people(start)
        of_children = follows and may_be_of_children(start, value)
        if goes_on or by_age or of_children or of_something_else(start, value):
            return _Demand(None, None, False, (amount,))
    match stated.side:
        case Side.HIGH:
            return _Demand(None, value, about=False, read=(amount,))
        case Side.LOW:
            return _Demand(value, None, about=False, read=(amount,))
        case Side.ABOUT:
            ends = (value * (1 - AROUND), value * (1 + AROUND))
            return _Demand(*ends, about=True, read=(amount,))


@cache
def _price_before() -> re.Pattern[str]:
    return re.compile(
        f"{pattern_of('price', 'budget')}[:\\s]*(?:{pattern_of('at_least')})?[:\\s]*$"
    )


@cache
def _price_within() -> re.Pattern[str]:
    """ "max price", "price max", "price from", before the number."""
    bounds = pattern_of("at_most", "at_least")
    return re.compile(
        f"{pattern_of('price')}[:\\s]*{bounds}[:\\s]*$|{bounds}[:\\s]*{pattern_of('price')}[:\\s]*$"
    )


def _check(constraint: Constraint, value: object) -> Satisfaction:
    """SATISFIED where one of the document's prices lies within the bounds, VIOLATED where none
    can. Of a price list the query's currency counts."""
    if type(value) is float:
        return check_range(constraint, number(value))  # most: no need to look closer
    found = prices(value)
    if len(found) == 1 and not found[0].currency:
        return _check_one(constraint, found[0])
    if constraint.values:
        asked = next(iter(constraint.values))
        found = tuple([each for each in found if comparable(each.currency, asked)])
        if len(found) > 1:
            found = tuple([each for each in found if same(each.currency, asked)]) or found
    if len(found) == 1:
        return _check_one(constraint, found[0])
    results = {_check_one(constraint, each) for each in found}
    if SATISFIED in results:
        return SATISFIED
    return VIOLATED if results == {VIOLATED} else UNKNOWN


def _check_one(constraint: Constraint, found: Price) -> Satisfaction:
    low = -math.inf if constraint.low is None else constraint.low
    high = math.inf if constraint.high is None else constraint.high
    if found.either:
        fitting = [low <= end <= high for end in (found.low, found.high)]
        return SATISFIED if all(fitting) else UNKNOWN if any(fitting) else VIOLATED
    if found.low > high or found.high < low:
        return VIOLATED
    return SATISFIED if found.low >= low or math.isfinite(found.high) else UNKNOWN


PRICE = Extractor("price", _extract, _check, ("price", "cost"), reads_objects=True)
