"""The price that a query sets: a highest, a lowest, or both.

    under 50 · below $50 · less than 50 eur · up to 1k · max 50 eur · <= 50 €      high
    over 100 · above £100 · at least 100 · from $100 · min 100 usd · 100+ €         low
    between 50 and 100 · from 50 to 100 eur · 50-100 € · $50 - $100 · around $500   both

Without a currency a number is a price only after plain words of comparison (under, over, between
...), and not where it means something else:

    under 2 kg, over 1000 pieces, over 18 years       a unit, a count or an age follows
    kids under 5, children between 3 and 5            after a word for children, up to 18
    ages under 12, size under 10, rated over 4        after a word for an age, a measure or a rating
"max" and "from" need a currency or the word price: "iphone 12 max 256" names no price. "cheap"
sets none. The bounds are in the field's own currency: nothing is converted.

`text/prices` reads fields. A document with a range of prices satisfies a demand when one of them
can.
"""

import math
import re
from collections.abc import Sequence

from sidecar.search import Constraint, Fields
from sidecar.text.prices import price
from sidecar.text.query.extractor import SATISFIED, UNKNOWN, VIOLATED, Extractor, Satisfaction
from sidecar.text.values import parse_number

AROUND = 0.2
"""`around 500` is 400 to 600."""

_SIGN = r"(?:[$€£]|us\$|\b(?:usd|eur|euros?|gbp|dollars?|bucks|quid)\b)"
_NUMBER = r"(?<![\w.,])\d+(?:[.,]\d+)*+(?:k\b)?"
_PRICED = rf"(?:{_SIGN}\s?)?({_NUMBER})(?:\s?{_SIGN})?"
_MONEY = rf"(?:{_SIGN}\s?({_NUMBER})(?:\s?{_SIGN})?|({_NUMBER})\s?{_SIGN})"
COUNTED = (
    r"(?:inch|inches|feet|foot|years?|yrs?|months?|weeks?|days?|hours?|minutes?|seconds?|people|"
    r"persons?|pieces?|pcs?|counts?|packs?|pounds|grams?|kilos?|lit(?:er|re)s?|watts?|volts?|"
    r"met(?:er|re)s?|ounces?|gallons?|miles?|pixels?|megapixels?|gigabytes?|degrees|percent|stars?|"
    r"reviews?|players?|pages?|amps?|lumens?|lm|dpi|rpm|btu|psi|nits|thread count)\b"
)
"""Nouns and units that make the number before them a measure or a count."""
# A bare number is no price when a unit or a noun follows that counts something else. "under 50 for
# men", "under 50 with strap" and the end of the query are prices.
_ALONE = (
    r"(?!\s?[-–]?\s?(?:%|°|\"|″|'|x\b|[a-z]{1,3}\b(?<!\bfor)(?<!\bin)(?<!\band)(?<!\bor)(?<!\bto)"
    rf"(?<!\bby)(?<!\bwith)|{COUNTED}))(?![\w.,]*\d)"
)
_CHILDREN = (
    r"kids?|child(?:ren)?|toddlers?|bab(?:y|ies)|infants?|newborns?|boys?|girls?|teens?|teenagers?"
)
_MEASURES = (
    r"age[ds]?|aged|years?|sizes?|length|width|height|depth|diameter|weight|weighing|waist|inseam|"
    r"volume|capacity|rat(?:ed|ings?)|stars?"
)
_COMPARED = (
    r"(?:(?:no|not) )?(?:under|below|over|above|between|at least|(?:less|more|younger|older) than|"
    r"up to|from)"
)
_OTHER = re.compile(
    rf"\b(?:(?:{_MEASURES})(?: is| of)? {_COMPARED} \d[\d.,]*"
    rf"|(?:{_CHILDREN})(?: who are| that are)? {_COMPARED} (?:1[0-8]|\d))(?![.,]?\d)"
    rf"(?:\s?(?:-|–|to|and|or) (?:{_COMPARED} )?\d{{1,3}}(?![.,]?\d))?"
    r"(?!k\b|\s?(?:[$€£]|(?:usd|eur|euros?|gbp|dollars?|bucks|quid)\b))"
)
"""Comparisons of other things than prices."""
_NOT = r"(?<!\bno )(?<!\bnot )(?<!\bnothing )"  # "not less than 20" is a lowest price alone
_UNDER = (
    rf"{_NOT}\b(?:under|below|(?:less|cheaper|lower) than|up to)\b|<=?"
    r"|\b(?:no|not|nothing) (?:(?:more|higher) than|over|above)\b"
)
_OVER = (
    rf"{_NOT}\b(?:over|above|at least|(?:more|higher) than)\b|>=?"
    r"|\b(?:no|not|nothing) (?:(?:less|cheaper|lower) than|under|below)\b"
)
_MAX = r"\b(?:max(?:imum)?|at most|until|till|within|budget(?: of)?)\b\.?:?"
_MIN = r"\b(?:min(?:imum)?|from|starting at)\b\.?:?"
_TO = r"\s?(?:-|–|\bto\b|\band\b|\buntil\b)\s?"
_PRICE = r"\bpriced?(?: range)?(?: of)?:?\s*"

_RANGES = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\bbetween\s+{_PRICED}\s?(?:and|to|-|–)\s?{_PRICED}{_ALONE}",
        rf"(?:\bfrom\s+)?(?:{_SIGN}\s?({_NUMBER}){_TO}(?:{_SIGN}\s?)?({_NUMBER}))",
        rf"(?:\bfrom\s+)?({_NUMBER})(?:\s?{_SIGN})?{_TO}({_NUMBER})\s?{_SIGN}",
        rf"{_PRICE}(?:from\s+|between\s+)?({_NUMBER}){_TO}({_NUMBER}){_ALONE}",
    )
)
_HIGH = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:{_UNDER}|{_MAX})\s*(?:{_PRICE})?{_MONEY}",
        rf"(?:{_UNDER}|{_PRICE}{_MAX}|{_MAX}\s*{_PRICE}|\bbudget(?: of)?:?)\s*({_NUMBER}){_ALONE}",
        rf"{_MONEY}\s*(?:max(?:imum)?|or less|or under|or below)\b",
    )
)
_LOW = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?:{_OVER}|{_MIN})\s*(?:{_PRICE})?{_MONEY}",
        rf"(?:{_OVER}|{_PRICE}{_MIN}|{_MIN}\s*{_PRICE})\s*({_NUMBER}){_ALONE}",
        rf"{_MONEY}\s*(?:\+|min(?:imum)?\b|or more\b|or over\b|and up\b|and above\b)",
        rf"({_NUMBER})\+\s?{_SIGN}",
    )
)
_ABOUT = re.compile(rf"(?:\b(?:around|about|approx(?:imately)?|roughly)\b\.?|~)\s*{_MONEY}")


def _extract(query: str, documents: Sequence[Fields]) -> Constraint | None:
    query = _OTHER.sub(_blank, query.lower())
    if not any(map(str.isdigit, query)):
        return None
    for pattern in _RANGES:
        if match := pattern.search(query):
            ends = [_amount(group) for group in match.groups()]
            return Constraint("price", low=min(ends), high=max(ends))
    high, low = _first(_HIGH, query), _first(_LOW, query)
    if high is None and low is None and (about := _first((_ABOUT,), query)) is not None:
        high, low = about * (1 + AROUND), about * (1 - AROUND)
    return None if high is None and low is None else Constraint("price", low=low, high=high)


def price_spans(query: str) -> list[tuple[int, int]]:
    """The places of the numbers that `_extract` may read, and of those that are no prices.

    `query` is in lower case.
    """
    others = [match.span() for match in _OTHER.finditer(query)]
    return others + [
        match.span(group)
        for pattern in (*_RANGES, *_HIGH, *_LOW, _ABOUT)
        for match in pattern.finditer(query)
        for group in range(1, pattern.groups + 1)
        if match[group]
    ]


def _blank(match: re.Match[str]) -> str:
    return "_" * len(match[0])


def _first(patterns: Sequence[re.Pattern[str]], query: str) -> float | None:
    for pattern in patterns:
        if match := pattern.search(query):
            return _amount(next(group for group in match.groups() if group))
    return None


def _amount(text: str) -> float:
    thousands = text.endswith("k")
    return (parse_number(text.rstrip("k"), money=True) or 0.0) * (1000 if thousands else 1)


def _check(constraint: Constraint, value: object) -> Satisfaction:
    """SATISFIED where one of the document's prices lies within the bounds, VIOLATED where none
    can."""
    if (prices := price(value)) is None:
        return UNKNOWN
    low = -math.inf if constraint.low is None else constraint.low
    high = math.inf if constraint.high is None else constraint.high
    if prices.low > high or prices.high < low:
        return VIOLATED
    within = prices.low >= low or math.isfinite(prices.high)
    return SATISFIED if within else UNKNOWN


PRICE = Extractor("price", _extract, _check, ("price", "cost"), reads_objects=True)
