"""The size of clothes or shoes that a query asks for.

    size 10 · size m · size uk 9.5 · eu 42 · xl · 2xl · xxl · large shirt · extra large

A lone letter or number counts only after the word size.
"""

import re
from collections.abc import Sequence

from sidecar.search import Constraint, Fields
from sidecar.text.compose import read_value
from sidecar.text.query.extractor import SATISFIED, UNKNOWN, VIOLATED, Extractor, Satisfaction
from sidecar.text.terms import fold

_NAMES = {
    "extra small": "xs",
    "x small": "xs",
    "small": "s",
    "medium": "m",
    "large": "l",
    "extra large": "xl",
    "x large": "xl",
    "xxl": "2xl",
    "xxxl": "3xl",
    "xxxxl": "4xl",
    "xxs": "2xs",
}
_LETTERS = r"(?:[2-6]xl|x{1,4}l|x{1,2}s)"
_WORDS = "(?:extra[ -]small|x[ -]small|small|medium|extra[ -]large|x[ -]large|large)"
_SYSTEM = "(uk|eu|eur|us)"
_NUMBER = r"(\d{1,2}(?:[.,]5|½)?)(?:[.,]0)?(?![\w.,]*\d|\s?(?:gb|tb|mm|cm|kg|in|inch|ml|oz)\b)"
_REQUESTED = re.compile(
    rf"\bsizes?:?\s+(?:{_SYSTEM}\s*)?{_NUMBER}|\b{_SYSTEM}\s?(?:size\s)?{_NUMBER}"
    rf"|\bsizes?:?\s+(s|m|l|{_LETTERS}|{_WORDS})\b|\b({_LETTERS}|{_WORDS})\b"
)
_IN_FIELD = re.compile(
    rf"(?<![\w.,])(?:{_SYSTEM}\s?)?{_NUMBER}(?:\s?{_SYSTEM}\b)?|\b(s|m|l|{_LETTERS}|{_WORDS})\b"
)


def _extract(query: str, documents: Sequence[Fields]) -> Constraint | None:
    sizes = set()
    for match in _REQUESTED.finditer(fold(query)):
        system, number = match[1] or match[3], match[2] or match[4]
        name = match[5] or match[6]
        sizes.add(_letter(name) if name else _number(system, number))
    return Constraint("size", frozenset(sizes)) if sizes else None


def _check(constraint: Constraint, value: object) -> Satisfaction:
    """A number without a system meets every system's; UK 9 and EU 42 are not compared."""
    result = UNKNOWN
    for match in _IN_FIELD.finditer(fold(read_value(value))):
        name, system = match[4], match[1] or match[3]
        size = _letter(name) if name else _number(system, match[2])
        for requested in constraint.values:
            if _meets(requested, size):
                return SATISFIED
            if requested[0].isdigit() == size[0].isdigit():
                result = VIOLATED
    return result


def _meets(requested: str, size: str) -> bool:
    """`uk 9` meets `uk 9` and `9`, and so does `9` meet `uk 9`."""
    left, right = requested.split(), size.split()
    return left[-1] == right[-1] and (len(left) != len(right) or left == right)


def _letter(name: str) -> str:
    name = name.replace("-", " ")
    return _NAMES.get(name, name)


def _number(system: str | None, number: str) -> str:
    number = number.replace(",", ".").replace("½", ".5")
    return f"{system.replace('eur', 'eu')} {number}" if system else number


SIZE = Extractor("size", _extract, _check, ("size",))
