"""What a field's value says as a point in time or as a year; None where it says neither.

    2018-04-24   2018-04-24T10:00Z   2018/4/24   20180424   2018-04   2018
    24 April 2018   April 24, 2018   24-Apr-2018   24. April 2018   24 avril 2018   abril de 2018
    24.04.2018   24/04/2018   c. 2018   2018年4月24日   平成30年4月24日
    1524528000 (seconds)   1524528000000 (milliseconds)   {"year": 2018, "month": 4}

Months are named in the languages of `mappings/vocabularies/month`. Of "03/04/2018" the year alone
is certain: 3 April to most, 4 March in the United States. "24.04.18" says no year at all, and
neither does a text with dates of different years.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache

from sidecar.text.folding import fold
from sidecar.text.vocabularies import Names, any_of, load

MAX_SECONDS = 4.1e9
"""Numbers up to this (the year 2099) are seconds, larger ones milliseconds: those of 1970-02-17
and later. The weeks before are lost, and Elasticsearch's and JavaScript's dates are found."""
MIN_SECONDS = 1e7
"""Smaller numbers are counts, not moments of the spring of 1970."""
READ_CHARACTERS = 80
_YEARS = range(1000, 2200)
_EPOCH_DAY = date(1970, 1, 1).toordinal()
_WHOLE = re.compile(r"[+-]?\d+(?:\.0*)?")
_COMPACT = re.compile(r"(1[5-9]|2[01])(\d\d)(0[1-9]|1[0-2])([0-2]\d|3[01])")
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018}
"""Japanese eras: the year before their first."""
_CIRCA = re.compile(
    r"\W*(?:c|ca|circa|around|about|approx|um|vers|env|hacia)\b\.?\s*((?:1\d|20)\d\d)\W*",
    re.IGNORECASE,
)
_FILLER = r"[\s.,/-]*(?:(?:st|nd|rd|th|er|º|ª|de|del|of)\b[\s.,/-]*){0,2}"
_NUMERIC = re.compile(
    r"(?<![\d.,/-])(?:(\d{4})([-/.])(\d{1,2})(?:\2(\d{1,2}))?"
    r"|(\d{1,2})\s?([-/.])\s?(\d{1,2})\s?\6\s?(\d{4})"
    r"|(\d{1,2})[-/.](\d{4}))(?![\d/-]|[.,]\d)"
)
_EASTERN = re.compile(
    rf"(?:({'|'.join(_ERAS)})(\d{{1,2}}|元)|(\d{{4}}))\s?年"
    r"(?:\s?(\d{1,2})\s?月(?:\s?(\d{1,2})\s?[日号號])?)?"
)


@dataclass(frozen=True, slots=True)
class _Day:
    year: int
    month: int | None = None
    day: int | None = None
    certain: bool = True
    """False where day and month might be each other."""

    @property
    def instant(self) -> float | None:
        if not self.certain:
            return None
        with suppress(ValueError):
            first = date(self.year, self.month or 1, self.day or 1)
            return (first.toordinal() - _EPOCH_DAY) * 86_400.0
        return None


def instant(value: object) -> float | None:
    """Seconds since 1970, the start of a day, month or year that is named; UTC if no zone is."""
    match value:
        case bool() | None:
            return None
        case int() | float():
            return _instant_of_number(value)
        case str():
            return _instant_of_text(value.strip())
        case list() | tuple():
            return next((read for item in value if (read := instant(item)) is not None), None)
        case Mapping():
            return _instant_of_object(value)
        case _:
            return None


def year(value: object) -> int | None:
    """The year that the value names, in the value's own zone; of an instant, the year in UTC."""
    match value:
        case str():
            text = value.strip()
            if len(text) >= 10 and text[4] == "-" and text[:4].isdecimal():
                return int(text[:4]) if instant(text) is not None else _year_of_days(text)
            if text.isdecimal() or _WHOLE.fullmatch(text):
                return _year_of_instant(_instant_of_text(text))
            return _year_of_days(text)
        case list() | tuple():
            return next((read for item in value if (read := year(item)) is not None), None)
        case Mapping() if "$date" in value:
            return year(value["$date"])
        case _:
            return _year_of_instant(instant(value))


def _year_of_instant(seconds: float | None) -> int | None:
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC).year
    except (OverflowError, ValueError, OSError):
        return None  # outside years 1 to 9999


def _year_of_days(text: str) -> int | None:
    years = {day.year for day in _days(text)}
    return years.pop() if len(years) == 1 else None


def _instant_of_number(number: float) -> float | None:
    if number != number or abs(number) > 1e16:
        return None
    whole = int(number)
    if whole == number and whole in _YEARS:
        return _Day(whole).instant
    if whole == number and (match := _COMPACT.fullmatch(str(whole))):
        return _Day(int(match[1] + match[2]), int(match[3]), int(match[4])).instant
    if abs(number) < MIN_SECONDS:
        return None
    return float(number) if abs(number) <= MAX_SECONDS else number / 1000


def _instant_of_text(text: str) -> float | None:
    if len(text) == 10:
        with suppress(ValueError):  # most dates: no need to look closer
            return (date.fromisoformat(text).toordinal() - _EPOCH_DAY) * 86_400.0
    if len(text) < 20 and _WHOLE.fullmatch(text):
        return _instant_of_number(float(text))
    if text[:5].removesuffix("-").isdecimal():
        with suppress(ValueError, OverflowError):
            moment = datetime.fromisoformat(text)
            return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    instants = {day.instant for day in _days(text)}
    return instants.pop() if len(instants) == 1 else None


def _instant_of_object(value: Mapping[object, object]) -> float | None:
    if "$date" in value:
        return instant(value["$date"])
    parts = [_whole(value.get(key)) for key in ("year", "month", "day")]
    return _Day(parts[0], parts[1], parts[2]).instant if parts[0] in _YEARS and parts[0] else None


def _whole(value: object) -> int | None:
    with suppress(TypeError, ValueError):
        return int(value)  # type: ignore[call-overload, no-any-return]
    return None


def _days(text: str) -> Iterator[_Day]:
    """The days, months or years that a short text names."""
    if len(text) > READ_CHARACTERS or not any(map(str.isdecimal, text)):
        return
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    for match in _NUMERIC.finditer(text):
        if match[1]:
            day = _checked(int(match[1]), int(match[3]), int(match[4]) if match[4] else None)
        elif match[5]:
            day = _of_numbers(int(match[5]), int(match[7]), int(match[8]), match[6])
        else:
            day = _checked(int(match[10]), int(match[9]), None)
        if day is not None:
            yield day
    for match in _EASTERN.finditer(text):
        of_era = _ERAS.get(match[1] or "", 0) + (1 if match[2] == "元" else int(match[2] or 0))
        numbers = [int(part) if part else None for part in (match[4], match[5])]
        if (day := _checked(int(match[3] or of_era), *numbers)) is not None:
            yield day
    if any(map(str.isalpha, text)):
        yield from _named(fold(text))
        if circa := _CIRCA.fullmatch(text):
            yield _Day(int(circa[1]))


def _of_numbers(first: int, second: int, year: int, sign: str) -> _Day | None:
    if sign == "." or first > 12 or first == second:  # points are continental: the day first
        return _checked(year, second, first)
    if second > 12:
        return _checked(year, first, second)
    return _Day(year, certain=False) if year in _YEARS and first and second else None


def _checked(year: int, month: int | None, day: int | None) -> _Day | None:
    if year not in _YEARS:
        return None
    read = _Day(year, month, day)
    return None if read.instant is None else read


def _named(text: str) -> Iterator[_Day]:
    for match in _pattern().finditer(text):
        month = month_names()[match["month"]]
        day = match["before"] or match["after"]
        if (read := _checked(int(match["year"]), month, int(day) if day else None)) is not None:
            yield read


@cache
def month_names() -> Mapping[str, int]:
    """Every language's names of months, folded, with the month's number."""
    english = list(load("month", Names)["en"].names)
    return {
        fold(spelling): english.index(name) + 1
        for names in load("month", Names).values()
        for name, spellings in names.names.items()
        for spelling in (*spellings, name)
    }


@cache
def _pattern() -> re.Pattern[str]:
    """A day, if there is one, a month's name and a year."""
    either = any_of(month_names())
    return re.compile(
        rf"(?:(?<![\w/])(?P<before>\d{{1,2}}){_FILLER})?(?<![^\W\d_])(?P<month>{either})(?![^\W\d_])"
        rf"{_FILLER}(?:(?P<after>\d{{1,2}}){_FILLER}(?!\d{{1,2}}:))?(?P<year>\d{{4}})(?!\w)"
    )
