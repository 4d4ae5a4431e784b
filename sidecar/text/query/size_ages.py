"""Ages that are sizes of children's clothes: 2T · 6-9 months · 5-6 years · age 5-6 · 18 months."""

import re
from collections.abc import Iterator
from functools import cache

from sidecar.text.bounds import alternatives
from sidecar.text.query.size_words import size_words

_MONTHS_OF_CHILDREN = frozenset("1 3 6 9 12 18 24 30 36".split())
_TODDLER = re.compile(r"(?<![\w.])([2-6])t(?![a-z0-9-])")
WIDEST_AGE = 2
"""Years that a size is for: "ages 3-12" is a toy's."""


def ages(text: str) -> Iterator[str]:
    """The spans of ages of a `plain` text."""
    yield from (f"{match[1]}t" for match in _TODDLER.finditer(text))
    for match in _age().finditer(text):
        yield f"{match[1]}-{match[2]} {'months' if match['months'] else 'years'}"
    for match in _aged().finditer(text):
        if 0 < int(match[2]) - int(match[1]) <= WIDEST_AGE:
            yield f"{match[1]}-{match[2]} years"


def single_ages(text: str, in_query: bool) -> Iterator[str]:
    """A number of months that is a size: 18 months, and in a field 18M."""
    for match in _single_age().finditer(text):
        if match[1] in _MONTHS_OF_CHILDREN and not (in_query and match[2] == "m"):
            yield f"{match[1]} months"


@cache
def _age() -> re.Pattern[str]:
    months, years = alternatives(size_words("months")), alternatives(size_words("years"))
    return re.compile(
        rf"(?<![\w.,])([0-9]{{1,2}})\s?(?:-|to|/|bis|a|~)\s?([0-9]{{1,2}})\s?"
        rf"(?:(?P<months>{months})|(?P<years>{years}))"
    )


@cache
def _single_age() -> re.Pattern[str]:
    return re.compile(
        rf"(?<![\w.,/-])(?<!- )([0-9]{{1,2}})\s?({alternatives(size_words('months'))})(?!-)"
    )


@cache
def _aged() -> re.Pattern[str]:
    return re.compile(
        rf"{alternatives(size_words('ages'))}\s?([0-9]{{1,2}})\s?[-/]\s?([0-9]{{1,2}})(?!\w)"
    )
