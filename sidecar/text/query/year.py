"""The years that a query sets: 1973 · in 1973 · since 2015 · before 1990 · between 1990 and 2000.

The numbers of citations are no years: "42 U.S.C. § 1983" sets none.
"""

import re
from collections.abc import Sequence

from sidecar.search import Constraint, Fields
from sidecar.text.citations import citations
from sidecar.text.query.extractor import Extractor
from sidecar.text.query.ranges import judge_range
from sidecar.text.values import year

_YEAR = r"(?<![\w.,§/$€£-])(1[6-9]\d\d|20\d\d)(?![\w%]|[.,]\d|\s?(?:mah|w|kg|gb|mm|usd|eur)\b)"
_RANGE = re.compile(
    rf"(?:\b(?:between|from)\s+)?{_YEAR}\s?(?:-|–|\bto\b|\band\b|\buntil\b)\s?(1[6-9]\d\d|20\d\d)\b"
)
_SINCE = re.compile(rf"\b(?:since|from|as of|starting(?: in)?)\s+{_YEAR}")
_AFTER = re.compile(rf"\b(?:after|later than)\s+{_YEAR}")
_UNTIL = re.compile(rf"\b(?:until|till|up to|through)\s+{_YEAR}")
_BEFORE = re.compile(rf"\b(?:before|prior to|pre|earlier than)[\s-]+{_YEAR}")
_EXACT = re.compile(_YEAR)


def _find(query: str, documents: Sequence[Fields]) -> Constraint | None:
    text = query.lower()
    if len(text) == len(query) and any(map(str.isdigit, text)):
        for cited in citations(query):
            text = text[: cited.start] + "§" * (cited.end - cited.start) + text[cited.end :]
    if match := _RANGE.search(text):
        first, last = sorted((int(match[1]), int(match[2])))
        return Constraint("year", low=first, high=last)
    low, high = _first(_SINCE, text), _first(_UNTIL, text)
    if (after := _first(_AFTER, text)) is not None:
        low = after + 1
    if (before := _first(_BEFORE, text)) is not None:
        high = before - 1
    if low is None and high is None:
        low = high = _first(_EXACT, text)
    return None if low is None and high is None else Constraint("year", low=low, high=high)


def _first(pattern: re.Pattern[str], text: str) -> int | None:
    match = pattern.search(text)
    return int(match[1]) if match else None


def _judge(constraint: Constraint, value: object) -> int:
    return judge_range(constraint, year(value))


YEAR = Extractor(_find, _judge, ("year", "date"))
