"""The years that a query sets: in 1973 · since 2015 · before 1990 · between 1990 and 2000.

    not before 2016 · >= 2016 · 2016 or later · since january 2016     from 2016
    after 2015 · post-2015 · newer than 2015 · nach 2015               from 2016
    after March 2015                                                   from 2015, in part
    the 1990s · last 5 years · this year                               a range

The words are those of `mappings/vocabularies/year`. Without one a year counts only at the query's
end: "abortion cases 1973", "Roe (1973)". The numbers of citations and the names of laws are no
years: "42 U.S.C. § 1983", "section 1983", "Companies Act 2006", "2016/679", "410 U.S. 113 (1973)"
set none, and neither does one that is not wanted: "not in 2015".
"""

import re
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from sidecar.search import Constraint, Fields
from sidecar.text.citations import without_citations
from sidecar.text.dates import year
from sidecar.text.folding import fold
from sidecar.text.query.extractor import Extractor, Satisfaction, check_range
from sidecar.text.query.year_words import YearPatterns, year_patterns

_DIGITS = re.compile(r"(?<!\d)\d{4}(?!\d)")
_DECADE = re.compile(r"(?<![a-z0-9_.,§/$€£-])(?:1[6-9]\d0|20\d0)(?:s|er(?:n|\s?jahren?)?)\b")
_NAMED = re.compile(
    r"(?:§|\b(?:sections?|sec|articles?|art|acts?|(?<!case )law|codes?|statute|directive|"
    r"regulation|rules?|convention|treaty|constitution|ordinance|no|gesetz|verordnung|richtlinie|"
    r"nr|loi|reglement|ley|legge|decreto|lei|wet|verordening|richtlijn)\b)"
    r"\.?,?(?:\s*\([^()]{1,20}\))?,?\s*(?:of\s+|no\.?\s+)?\(?\d{4}\b"
)
"""A law's number or year."""
_DATED_LAW = re.compile(
    r"\b(?:gesetz|verordnung|erlass|loi|decret|arrete|ordonnance|ley|decreto|legge|lei|wet|act|"
    r"statute|(?<!case )law)\s+(?:no?\W*\s?[\d/-]+\s+)?(?:vom|of|du|de|del|von|van|dated)\s+"
    r"(?:\d{1,2}\.\s?\d{1,2}\.\s?\d{4}|(?:\d{1,2}(?:\.|er|st|nd|rd|th)?\s+)?(?:de\s+|of\s+)?"
    r"[a-z]{3,10}\.?,?\s+(?:(?:de|del)\s+)?\d{4})\b"
)
"""A law by its date: "Gesetz vom 1. Januar 1900", "loi du 29 juillet 1881"."""

Years = tuple[int | None, int | None]
"""The first and the last."""
_NONE: Years = (None, None)


def _extract(query: str, documents: Sequence[Fields]) -> Constraint | None:
    return _extract_on_day(query, time.time())


def _extract_on_day(query: str, now: float) -> Constraint | None:
    patterns = year_patterns()
    text = fold(query)
    low, high = _NONE
    if any(map(str.isdecimal, text)):
        named = _NAMED.sub("§", _DATED_LAW.sub("§", fold(without_citations(query))))
        named = patterns.counted.sub("§", named)
        named = patterns.from_decade.sub(lambda match: match[0].rstrip("esr"), named)
        named = patterns.to_decade.sub(lambda match: f"{match[0].rstrip('esr')[:-1]}9", named)
        low, high = _stated(patterns.excluded.sub(" § ", named), patterns)
    if low is None and high is None:
        low, high = _by_the_day(text, patterns, datetime.fromtimestamp(now, UTC).year)
    return None if low is None and high is None else Constraint("year", low=low, high=high)


def _stated(text: str, patterns: YearPatterns) -> Years:
    if match := patterns.between.search(text):
        first, *_, last = sorted(_years(match))
        return first, last
    low = high = None
    for bound, pattern in patterns.bounds:
        if not (match := pattern.search(text)):
            continue
        (of_bound, *_) = _years(match)
        whole = not patterns.partial.search(match[0])
        text = f"{text[: match.start()]} § {text[match.end() :]}"  # "not before" has a "before"
        if bound in ("since", "after"):
            low = low or of_bound + (bound == "after" and whole)
        else:
            high = high or of_bound - (bound == "before" and whole)
    if low or high:
        return low, high
    if match := _DECADE.search(text):
        return int(match[0][:4]), int(match[0][:4]) + 9
    if match := patterns.exact.search(text):
        exact = _years(match)[-1]
        return exact, exact
    return _NONE


def _by_the_day(text: str, patterns: YearPatterns, today: int) -> Years:
    if match := patterns.last_years.search(text):
        number = next(group for group in match.groups() if group)
        return today - (int(number) if number.isdecimal() else patterns.counts[number]), None
    if patterns.this_year.search(text):
        return today, today
    if patterns.last_year.search(text):
        return today - 1, today - 1
    return _NONE


def _years(match: re.Match[str]) -> list[int]:
    return [int(digits) for digits in _DIGITS.findall(match[0])]


def _check(constraint: Constraint, value: object) -> Satisfaction:
    return check_range(constraint, year(value))


YEAR = Extractor("year", _extract, _check, ("year", "date"), extract_on_day=_extract_on_day)
