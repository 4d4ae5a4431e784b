"""The years that a query sets: in 1973 · since 2015 · before 1990 · between 1990 and 2000.

Without such a word a year counts only at the query's end: "abortion cases 1973", "Roe (1973)".
The numbers of citations and the names of laws are no years: "42 U.S.C. § 1983", "section 1983",
"Companies Act 2006", "2016/679", "410 U.S. 113 (1973)" set none.
"""

import re
from collections.abc import Sequence

from sidecar.search import Constraint, Fields
from sidecar.text.citations import without_citations
from sidecar.text.query.extractor import Extractor, Satisfaction, check_range
from sidecar.text.values import year

_YEAR = r"(?<![\w.,§/$€£-])(1[6-9]\d\d|20\d\d)(?![\w%]|[.,/]\d|\s?(?:mah|w|kg|gb|mm|usd|eur)\b)"
_RANGE = re.compile(
    rf"(?:\b(?:between|from)\s+)?{_YEAR}\s?(?:-|–|\bto\b|\band\b|\buntil\b)\s?(1[6-9]\d\d|20\d\d)\b"
)
_SINCE = re.compile(rf"\b(?:since|from|as of|starting(?: in)?)\s+{_YEAR}")
_AFTER = re.compile(rf"\b(?:after|later than)\s+{_YEAR}")
_UNTIL = re.compile(rf"\b(?:until|till|up to|through)\s+{_YEAR}")
_BEFORE = re.compile(rf"\b(?:before|prior to|pre|earlier than)[\s-]+{_YEAR}")
_EXACT = re.compile(
    rf"\b(?:in|during|of)\s+(?:the year\s+)?{_YEAR}"
    rf"|^(?:(?!\b\d+\b).)*{_YEAR}[\s.,;!?)]*$|\({_YEAR}\)[\s.,;!?]*$",
    re.DOTALL,
)
_NAMED = re.compile(
    r"(?:§|\b(?:sections?|sec|articles?|art|acts?|(?<!case )law|codes?|statute|directive|"
    r"regulation|rules?|convention|treaty|constitution|ordinance|no)\b)"
    r"\.?,?(?:\s*\([^()]{1,20}\))?,?\s*(?:of\s+|no\.?\s+)?\(?\d{4}\b"
)


def _extract(query: str, documents: Sequence[Fields]) -> Constraint | None:
    text = _NAMED.sub("§", without_citations(query).lower())
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
    return int(next(group for group in match.groups() if group)) if match else None


def _check(constraint: Constraint, value: object) -> Satisfaction:
    return check_range(constraint, year(value))


YEAR = Extractor("year", _extract, _check, ("year", "date"))
