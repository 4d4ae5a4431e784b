"""The numbers under which courts keep their cases.

VIII ZR 123/20 · 1 BvR 16/13 · B 1 KR 5/19 R · 4A_123/2020 · 6 Ob 12/20k · T 0641/00
1:19-cv-01234 · No. 15-15117 · n° 12-34.567 · application no. 5310/71
（2016）辽1204民初143号 · 平成29年(受)第1234号 · C-131/12 · Case 6/64
STC 31/2010 · Cass. civ. n. 12345/2020
CE, 30 octobre 2009, n° 298348 · CAA Paris, 12PA00123
"""

import re
from collections.abc import Iterator
from functools import cache

from sidecar.text.citations import eastern
from sidecar.text.citations.european import union_cases
from sidecar.text.citations.form import Citation
from sidecar.text.citations.vocabulary import report_words
from sidecar.text.vocabularies import any_of

_PANEL = r"(?P<panel>(?i:[IVX]{1,5}[a-z]?)|\d{1,3}|GS?SZ?)"
_SOCIAL = re.compile(
    r"\bB\s(?P<panel>\d{1,2}a?)\s(?P<register>[A-Z]{1,3})\s(?P<number>\d{1,5})/(?P<year>\d{2})\s(?P<kind>[A-Z]{1,2})\b"
)
_SWISS = re.compile(r"\b(?P<panel>\d{1,2}[A-Z])[_.\s](?P<number>\d{1,4})/(?P<year>(?:19|20)\d\d)\b")
_AUSTRIAN = re.compile(
    r"\b(?P<panel>\d{1,2})\s?(?P<register>Ob[AS]?|Os)\s?(?P<number>\d{1,4})/(?P<year>\d{2})[a-z]\b"
)
_PATENT = re.compile(r"\b(?P<register>[TGJ])\s(?P<number>\d{1,4})/(?P<year>\d{2})\b")
_FEDERAL = re.compile(
    r"(?<![\w-])(?:\d{1,2}:)?(?P<year>\d{2}|(?:19|20)\d{2})"
    r"(?:-(?P<register>cv|cr|mc|md|mj|bk|ap|ml|po|misc|civ|crim)-|[-\s]?(?P<plain>cv|cr|civ)[-\s]?)"
    r"(?P<number>\d{1,6})(?!\d)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"(?:(?P<mark>\bNos?\b\.?|\bdocket\b|\bpourvoi\b|\bn[°ºo]\.?|№)\s*)?"
    r"(?<![\w./§-])(?<!§\s)(?P<year>\d{2})-(?P<number>\d{2}\.?\d{3}|\d{3,5})(?![\w/]|[-.]\d)",
    re.IGNORECASE,
)
_APPLICATION = re.compile(
    r"\b(?:applications?|app|requ[êe]tes?|Beschwerden?|Individualbeschwerden?)\b\.?\s*(?:nos?\b\.?|n[°ºo]s?\.?|Nr\.?)?\s*"
    r"(?P<number>\d{1,6})/(?P<year>\d{2})\b",
    re.IGNORECASE,
)
_SPANISH = re.compile(
    r"\b(?P<register>STC|ATC|STS|ATS|STSJ)\s(?:n[.ºo°]{0,2}\s?)?(?P<number>\d{1,5})/(?P<year>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_ITALIAN = re.compile(
    r"\b(?P<register>cass|corte cost)(?:azione|ituzionale)?\b\.?,?\s*"
    r"(?:(?:civile|civ|penale|pen|lav|trib|sez|s\.?u|un|[ivx]{1,3}|ord|sent|n)\b[.,\s]*)*"
    r"(?P<number>\d{1,5})/(?P<year>(?:19|20)\d\d)\b",
    re.IGNORECASE,
)
_ADMINISTRATIVE = re.compile(
    r"(?:\bCE\b|\b(?i:conseil d'[ée]tat)\b)[^;\n]{0,60}?\bn[°ºo]s?\.?\s*"
    r"(?P<number>\d{5,6})(?![\d/-])"
)
"""Of the French Conseil d'État, whose numbers are found beside its name alone."""
_BARE_ADMINISTRATIVE = re.compile(r"(?:n[°ºo]\.?\s*)?(?P<number>\d{6})")
_APPEALED = re.compile(r"(?<![\w-])(?P<year>\d{2})(?P<court>[A-Z]{2})(?P<number>\d{5})(?!\w)")
"""Of its courts of appeal."""
_BARE_APPLICATION = re.compile(r"(?P<number>\d{4,6})/(?P<year>\d{2})")
_MEASURED = re.compile(
    r"\s*(?:$|[^\sa-z]|(?:mm|cm|m|f|lens|lenses|psi|v|volts?|w|watts?|days?|weeks?|months?|years?|hours?|"
    r"pages?|people|persons|employees|units?|pieces?|pcs|kg|g|lbs?|usd|eur|dollars?|euros?)\b)",
    re.IGNORECASE,
)


def dockets(text: str) -> Iterator[Citation]:
    """The docket numbers of the text; leading zeros, offices and judges' initials do not count."""
    yield from union_cases(text)
    yield from eastern.dockets(text)
    for pattern in (_german(), _SOCIAL, _AUSTRIAN):
        for match in pattern.finditer(text):
            register = re.sub(r"\s", "", match["register"]).lower()
            key = f"{match['panel'].lower()} {register} {int(match['number'])}/{match['year']}"
            yield _docket(key, match)
    for match in _SWISS.finditer(text):
        yield _docket(f"{match['panel'].lower()}_{int(match['number'])}/{match['year']}", match)
    for match in _PATENT.finditer(text):
        yield _docket(f"{match['register'].lower()} {int(match['number'])}/{match['year']}", match)
    for match in _FEDERAL.finditer(text):
        found = (match["register"] or match["plain"]).lower()
        register = {"civ": "cv", "crim": "cr"}.get(found, found)
        yield _docket(f"{match['year'][-2:]}-{register}-{int(match['number'])}", match)
    for match in _NUMBERED.finditer(text):
        digits = match["number"].replace(".", "")
        alone = len(digits) == 5 or match[0] == text.strip()
        before_words = match.start() == 0 and not _MEASURED.match(text, match.end())
        if match["mark"] or alone or before_words:
            yield _docket(f"{match['year']}-{int(digits)}", match)
    for match in _APPLICATION.finditer(text):
        yield _docket(f"{int(match['number'])}/{match['year']}", match)
    if bare := _BARE_APPLICATION.fullmatch(text.strip()):
        key = f"{int(bare['number'])}/{bare['year']}"
        yield Citation("docket", (key,), 0, len(text))
    for match in _ADMINISTRATIVE.finditer(text):
        yield Citation("docket", (f"ce {match['number']}",), match.start("number"), match.end())
    if bare := _BARE_ADMINISTRATIVE.fullmatch(text.strip()):
        yield Citation("docket", (f"ce {bare['number']}",), 0, len(text))
    for match in _APPEALED.finditer(text):
        yield _docket(match[0].lower(), match)
    for pattern in (_SPANISH, _ITALIAN):
        for match in pattern.finditer(text):
            register = match["register"].lower()
            yield _docket(f"{register} {int(match['number'])}/{match['year']}", match)


def _docket(key: str, match: re.Match[str]) -> Citation:
    return Citation("docket", (key,), match.start(), match.end())


@cache
def _german() -> re.Pattern[str]:
    """Registers of one letter are read in capitals alone."""
    registers = report_words("registers")
    words = any_of(register for register in registers if len(register) > 1)
    letters = any_of(register for register in registers if len(register) == 1)
    return re.compile(
        rf"\b{_PANEL}\s{{1,3}}(?P<register>(?i:{words})|{letters})\s{{1,3}}"
        r"(?P<number>\d{1,5})[/.](?P<year>\d{2})(?![\d/]|\.\d)"
    )
