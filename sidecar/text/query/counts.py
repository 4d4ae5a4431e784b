"""What a bare number of a query is when it is no price: a measure, a count, an age, a weight.

under 2 kg, over 1000 pieces · ages under 12 · women over 50 · dumbbells under 50 pounds
"""

import re
from functools import cache

from sidecar.text.bounds import pattern_of

OLDEST_CHILD = 18


def stands_alone(after: str) -> bool:
    """Whether no unit and no noun follows that makes the bare number a measure or a count. "under
    50 for men", "under 50 with strap" and the end of the query are prices."""
    return _unit_after().match(after) is None


def ends_there(after: str) -> bool:
    """Whether the query ends after the number, or goes on with a short word such as "for"."""
    return _end().match(after) is not None


def of_something_else(before: str, value: float) -> bool:
    """Whether the words before the comparison say that it is of an age, a measure or a rating."""
    if _measured_before().search(before):
        return True
    return _may_be_age(value) and _children_before().search(before) is not None


def may_be_of_children(before: str, value: float) -> bool:
    """Whether it may be an age: children are named anywhere before."""
    return _may_be_age(value) and _children().search(before) is not None


def _may_be_age(value: float) -> bool:
    return value <= OLDEST_CHILD and value == int(value)


def of_measure(before: str) -> bool:
    """Whether the text ends with a word for a size, an age or another measure."""
    return _measured_before().search(before) is not None


def of_people(before: str) -> bool:
    """Whether it ends with a word for people, whose lowest bound is an age."""
    return _people_before().search(before) is not None


def of_weight(text: str) -> bool:
    """Whether a word of it makes pounds weights."""
    return _weighed().search(text) is not None


def counted() -> str:
    """An expression of nouns and units that make the number before them a measure or a count."""
    return pattern_of("counted")


@cache
def _end() -> re.Pattern[str]:
    return re.compile(rf"\s*(?:$|[,.;:!?)]|{pattern_of('small', 'under', 'over', 'both')})")


@cache
def _unit_after() -> re.Pattern[str]:
    small = pattern_of("small")
    return re.compile(
        rf"\s?-?\s?(?:%|°|\"|'|x\b|(?!{small}(?![a-z]))[a-z]{{1,3}}(?![a-z])|{counted()})|[\w.,]*[0-9]"
    )


@cache
def _weighed() -> re.Pattern[str]:
    return re.compile(pattern_of("weighed"))


@cache
def _measured_before() -> re.Pattern[str]:
    return re.compile(rf"{pattern_of('measured')}(?: is| of|:)?\s*$")


@cache
def _people_before() -> re.Pattern[str]:
    return re.compile(rf"{pattern_of('people')}\s*$")


@cache
def _children() -> re.Pattern[str]:
    return re.compile(pattern_of("children"))


@cache
def _children_before() -> re.Pattern[str]:
    return re.compile(rf"{pattern_of('children')}(?: who are| that are| aged)?\s*$")
