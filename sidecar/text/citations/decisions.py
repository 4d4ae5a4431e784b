"""Decisions by where they are published: reporters, neutral citations, series and journals.

case      410 U.S. 113 · 410 U. S. 113 · 5 U.S. (1 Cranch) 137 · 2019 WL 123456
neutral   [2019] UKSC 12 · 2019 SCC 65 · 2016 UT 45 · 2005-NMSC-012 · ECLI:EU:C:2014:317
reported  [1990] 2 AC 605 · (1992) 175 CLR 1 · (1973) 4 SCC 225 · AIR 1973 SC 1461
          1932 AC 562 · 2017 SCC OnLine SC 996
series    BGHZ 45, 212 · BGE 145 III 229 · NJW 2011, 2871

They are read in small letters too, as queries are typed, where the name is no word: "(2019) 5 or 6"
and "eur 2011, 50" cite nothing.
"""

import re
from collections.abc import Iterator
from functools import cache

from sidecar.text.citations.form import Citation
from sidecar.text.citations.reporters import reporter, squeeze_reporter
from sidecar.text.citations.vocabulary import either, report_words

_CASE = re.compile(
    # A lookahead, so that in "page 12 The 410 U.S. 113" the 410 can still begin a match.
    r"\b(\d{1,4})\s+(?=([A-Za-z][A-Za-z0-9.'& ]{0,30}?)"
    r"(?:\s*\(\d{1,2}\s[A-Z][A-Za-z.]{1,12}\)\s*|\s+)(\d{1,8})\b)"
)
_ECLI = re.compile(r"\bECLI:[A-Z]{2}:\w+:\d{4}:[\w.]*\w", re.IGNORECASE)
_DIVISION = (
    r"(?:\s?\(?(?P<division>Civ|Crim|Admin|Ch|QB|KB|Fam|Comm|Pat|TCC|IPEC|1st|2d|3d|4th|5th)\)?)?"
)
_YEAR = r"(?:[\[(]|(?<![\d.,/-])\b)(?P<year>(?:1[89]|20)\d\d)[\])]?"
_NUMBER = r"(?:Nos?\.?\s?)?(?P<number>\d{1,7})(?![\w/]|[.,-]\d)"
_SAME_SERIES = {"atf": "bge", "dtf": "bge"}
"""The Swiss Federal Court's decisions, in German, French and Italian."""
_YEARLY = ("scc", "scale", "jt")
"""Series whose volumes are numbered within a year, though it is in round brackets."""


_WORDS = frozenset("or p".split())
_WORDS_AFTER_ROUND = _WORDS | frozenset("ch fam scale jt ar sa pd er".split())
_JOURNAL_WORDS = frozenset("zip eur dar pra jura gru wrp".split())
_STATE_WORDS = frozenset("as me ok co la mp vi coa il dc pr".split())
"""Names that are words, or other signs, in small letters."""
_LAST_OF_BARE = 1999
"""A series of two letters after a bare year: "2019 AC 500" is a product."""


def cases(text: str) -> Iterator[Citation]:
    """By volume, US reporter and page. A nominative volume in brackets says nothing new."""
    for match in _CASE.finditer(text):
        if name := reporter(match[2]):
            yield Citation("case", (f"{match[1]} {name} {match[3]}",), match.start(), match.end(3))


def neutral(text: str) -> Iterator[Citation]:
    """By year, court and number, with or without brackets; and European case-law identifiers."""
    for match in _ECLI.finditer(text):
        yield Citation("neutral", (match[0].lower(),), match.start(), match.end())
    for pattern in _neutral_patterns():
        for match in pattern.finditer(text):
            if not _is_state(match, text):
                continue
            court = squeeze_reporter(match["court"]) + (match["division"] or "").lower()
            key = f"{match['year']} {court} {int(match['number'])}"
            yield Citation("neutral", (key,), match.start(), match.end())


def reported(text: str) -> Iterator[Citation]:
    """In series that go by years: a year in square brackets always counts, one in round brackets
    only where volumes begin anew each year, as in India, or there is no volume."""
    for match in _bracketed().finditer(text):
        name = _name_of_series(match["series"])
        if match["series"].islower() and name in (_WORDS_AFTER_ROUND if match["round"] else _WORDS):
            continue
        volume = match["volume"] or match["inner"]
        of_year = not (match["round"] and volume) or name.startswith(_YEARLY)
        supplement = match["supplement"] and "supp"
        parts = (of_year and match["year"], supplement, volume, name, match["page"])
        key = " ".join(part for part in parts if part)
        yield Citation("reported", (key,), match.start(), match.end())
    for match in _unbracketed().finditer(text):
        name = _name_of_series(match["series"])
        if len(name) > 2 or int(match["year"]) <= _LAST_OF_BARE:
            numbers = (match["year"], match["volume"], name, match["page"])
            key = " ".join(filter(None, numbers))
            yield Citation("reported", (key,), match.start(), match.end())
    for match in _air().finditer(text):
        small = match[0].islower()
        if match[0].startswith("Air") or (small and match["court"] == "all"):
            continue
        key = f"air {match['year']} {squeeze_reporter(match['court'])} {match['page']}"
        yield Citation("reported", (key,), match.start(), match.end())


def series(text: str) -> Iterator[Citation]:
    """In series and journals without brackets."""
    for pattern in _series_patterns():
        for match in pattern.finditer(text):
            name = squeeze_reporter(match["series"])
            written = match["series"] in _written_series() or "." in match["series"]
            if not written and (len(name) < 3 or name in _JOURNAL_WORDS):
                continue
            numbers = [match["volume"], match["part"], match["page"]]
            key = " ".join(
                [_SAME_SERIES.get(name, name), *(part.lower() for part in numbers if part)]
            )
            yield Citation("series", (key,), match.start(), match.end())


def _is_state(match: re.Match[str], text: str) -> bool:
    """Whether the court may be one: a state's code in small letters only where its number is joined
    to it, or the text is nothing else."""
    court = match["court"]
    if "states" not in match.re.groupindex or not court.islower() or "." in court:
        return True
    joined = match[0].count("-") > 1
    return (joined or match[0] == text.strip()) and court not in _STATE_WORDS


def _name_of_series(series: str) -> str:
    return reporter(series) or reporter(series.upper()) or squeeze_reporter(series)


@cache
def _written_series() -> frozenset[str]:
    return frozenset(report_words("volumes") + report_words("journals") + report_words("parts"))


@cache
def _neutral_patterns() -> tuple[re.Pattern[str], ...]:
    def pattern(codes: str) -> re.Pattern[str]:
        either_code = either(code.rstrip("+") for code in report_words(codes))
        return re.compile(
            rf"{_YEAR}[\s:-]+(?P<court>(?P<{codes}>{either_code})){_DIVISION}[\s:-]+{_NUMBER}",
            re.IGNORECASE,
        )

    return (pattern("courts"), pattern("states"))


@cache
def _bracketed() -> re.Pattern[str]:
    return re.compile(
        r"(?:\[(?=\d{4}\])|(?P<round>\()(?=\d{4}\))|\b(?=\d{4}\s?\(\d{1,2}\)))(?P<year>\d{4})[\])]?,?"
        r"\s*(?P<supplement>Supp\.?\s*)?(?:\((?P<inner>\d{1,2})\)\s*|(?P<volume>\d{1,3})\s+)?"
        rf"(?P<series>{_online()}|{either(report_words('reports'))})\s+(?P<page>\d{{1,6}})\b(?!\.\d)",
        re.IGNORECASE,
    )


@cache
def _unbracketed() -> re.Pattern[str]:
    series = either(report_words("unbracketed"))
    return re.compile(
        r"(?<![\w.,/(\[-])(?P<year>(?:1[89]|20)\d\d)\s(?:(?P<volume>\d{1,2})\s)?"
        rf"(?P<series>{_online()}|{series})\s+(?P<page>\d{{1,6}})\b(?![.,-]\d)"
    )


@cache
def _online() -> str:
    """SCC OnLine, by court."""
    return rf"(?i:SCC\s?OnLine\s(?:{either(report_words('air'))}))"


@cache
def _air() -> re.Pattern[str]:
    return re.compile(
        r"\bA\.?\s?I\.?\s?R\.?,?\s+\(?(?P<year>\d{4})\)?\s+"
        rf"(?P<court>{either(report_words('air'))})\.?,?\s+(?P<page>\d{{1,5}})\b",
        re.IGNORECASE,
    )


@cache
def _series_patterns() -> tuple[re.Pattern[str], ...]:
    volumes, parts = either(report_words("volumes")), either(report_words("parts"))
    journals = either(report_words("journals"))
    page = r"(?:S\.\s*|p\.\s*)?(?P<page>\d{1,5})\b"
    return (
        re.compile(
            rf"\b(?P<series>{volumes})\s+(?P<volume>\d{{1,3}})(?P<part>)\s*,\s*{page}",
            re.IGNORECASE,
        ),
        re.compile(
            rf"\b(?P<series>{parts})\s+(?P<volume>\d{{1,3}})\s+(?P<part>I{{1,3}}a?|I?V)\s+{page}",
            re.IGNORECASE,
        ),
        re.compile(
            rf"\b(?P<series>{journals})\s+(?P<volume>(?:19|20)\d\d)(?P<part>)\s*,\s*{page}",
            re.IGNORECASE,
        ),
    )
