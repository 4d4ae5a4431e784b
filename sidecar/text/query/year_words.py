"""The words around a year in all languages, as patterns: `mappings/vocabularies/year`."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from pydantic import Field

from sidecar.schema import FrozenModel
from sidecar.text.dates import month_names
from sidecar.text.folding import fold, unspaced
from sidecar.text.vocabularies import Spellings, all_words, load

Bound = Literal["since", "after", "until", "before"]


class YearWords(FrozenModel):
    """One language's words. `N` in a phrase is a number of years."""

    since: Spellings = ()
    """Before the first year that counts."""
    after: Spellings = ()
    """Before a year that itself does not count."""
    until: Spellings = ()
    """Before the last year that counts."""
    before: Spellings = ()
    between: Spellings = ()
    """Before the first of two years."""
    to: Spellings = ()
    """Between two years."""
    during: Spellings = ()
    """Before the one year that counts."""
    or_later: Spellings = ()
    """After the first year that counts."""
    or_earlier: Spellings = ()
    later: Spellings = ()
    """After a year that itself does not count."""
    earlier: Spellings = ()
    decided: Spellings = ()
    """After the one year that counts: what was decided in it."""
    counted: Spellings = ()
    """After a number that is no year: what it counts."""
    excluding: Spellings = ()
    """Before a year that is not wanted."""
    fillers: Spellings = ()
    """What may lie between such a word and its year, beside days and months."""
    last_years: Spellings = ()
    this_year: Spellings = ()
    last_year: Spellings = ()
    counts: dict[str, int] = Field(default_factory=dict)
    """Numbers of years in words."""


_YEAR = (
    r"(?:1[6-9]\d\d|20\d\d)(?![a-z0-9_%]|[.,/]\d|\s?(?:mah|w|kg|gb|mm|usd|eur)\b)"
    r"(?:-\d\d(?!\d)){0,2}"
)
"""A year or an ISO date: a number that no unit, letter or decimals follow."""
_ALONE = r"(?<![a-z0-9_.,§/$€£-])"
_DAY = r"\d{1,2}(?:st|nd|rd|th|er|o|\.)?"
_NUMERIC = r"(?:\d{1,2}[./-]){1,2}"
_COUNT = "¤"


@dataclass(frozen=True, slots=True)
class YearPatterns:
    """Patterns over a folded text. A match holds its year or years, and no other numbers of four
    digits."""

    from_decade: re.Pattern[str]
    """A bound at the first year of a decade: "since the 1990s"."""
    to_decade: re.Pattern[str]
    """A bound at its last: "after the 1990s"."""
    excluded: re.Pattern[str]
    between: re.Pattern[str]
    bounds: tuple[tuple[Bound, re.Pattern[str]], ...]
    exact: re.Pattern[str]
    partial: re.Pattern[str]
    """A day or a month: what is after it may be in its year."""
    last_years: re.Pattern[str]
    """One of its groups is the number of years, in digits or as a word of `counts`."""
    this_year: re.Pattern[str]
    last_year: re.Pattern[str]
    counted: re.Pattern[str]
    """A number that is no year, with what it counts."""
    counts: Mapping[str, int]


@cache
def year_patterns() -> YearPatterns:
    """Of all languages together."""
    languages = load("year", YearWords).values()

    def words(key: str) -> str:
        return _either(map(fold, all_words("year", YearWords, key)))

    months = _either(month_names())
    date = (
        rf"(?:(?:{words('fillers')}|{months}|{_DAY})[\s.,]+){{0,5}}"
        rf"(?:{_NUMERIC})?{_YEAR}"
    )
    year = rf"{_ALONE}{_YEAR}"

    def leading(key: str) -> str:
        return rf"{words(key)}[\s-]*{date}"

    decided = rf"{year}\s{words('decided')}"
    dated = rf"{year}(?:\s?年\s?\d{{1,2}}\s?月(?:\s?\d{{1,2}}\s?[日号])?)?"
    bounds: tuple[tuple[Bound, str], ...] = (
        ("since", leading("since")),
        ("until", leading("until")),
        ("after", leading("after")),
        ("before", leading("before")),
        ("since", rf"{dated}\s?(?:\+|{words('or_later')})"),
        ("until", rf"{dated}\s?{words('or_earlier')}"),
        ("after", rf"{dated}\s?{words('later')}"),
        ("before", rf"{dated}\s?{words('earlier')}"),
        ("since", rf"(?:>=|=>|≥)\s?{date}"),
        ("until", rf"(?:<=|=<|≤)\s?{date}"),
        ("after", rf">\s?{date}"),
        ("before", rf"<\s?{date}"),
    )
    counts = {fold(word): n for language in languages for word, n in language.counts.items()}
    count = rf"(\d{{1,2}}|{_either(counts)})"
    spans = [fold(span.replace("N", _COUNT)) for each in languages for span in each.last_years]
    decade = rf"\s+(?:{words('fillers')}\s+)?(?:1[6-9]\d0|20\d0)(?:s|er)\b"
    end = r"[\s.,;!?)]*$"
    return YearPatterns(
        from_decade=re.compile(rf"(?:{words('since')}|{words('before')}){decade}"),
        to_decade=re.compile(rf"(?:{words('after')}|{words('until')}){decade}"),
        excluded=re.compile(leading("excluding")),
        between=re.compile(
            rf"(?:{words('between')}\s?{date}|{year})\s?年?\s?(?:-|–|~|{words('to')})\s?{date}"
        ),
        bounds=tuple((bound, re.compile(pattern)) for bound, pattern in bounds),
        exact=re.compile(
            rf"{leading('during')}|{year}年|{decided}|\({year}\){end}|^(?:(?!\b\d+\b).)*{year}{end}",
            re.DOTALL,
        ),
        partial=re.compile(rf"{months}|年\s?\d|{_NUMERIC}\d{{4}}|\d{{4}}-\d\d(?!\d)"),
        last_years=re.compile("|".join(_bounded(span).replace(_COUNT, count) for span in spans)),
        this_year=re.compile(words("this_year")),
        last_year=re.compile(words("last_year")),
        counted=re.compile(rf"{_ALONE}(?:1[6-9]|20)\d\d\s{words('counted')}"),
        counts=counts,
    )


def _either(phrases: Iterable[str]) -> str:
    """Any of the phrases, the longest first, as whole words where their script has spaces."""
    in_order = sorted(set(phrases), key=len, reverse=True)
    return f"(?:{'|'.join(map(_bounded, in_order))})" if in_order else "(?!)"


def _bounded(phrase: str) -> str:
    escaped = re.escape(phrase).replace(r"\ ", r"\s")
    return escaped if unspaced(phrase) else rf"(?<![a-z0-9]){escaped}(?![a-z])"
