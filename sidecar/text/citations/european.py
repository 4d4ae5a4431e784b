"""Acts and cases of the European Union, by the numbers of every language and register.

Regulation (EU) 2016/679 · Verordnung (EU) Nr. 1215/2012 · Directive 93/13/EEC · eli/dir/2011/83/oj
C-131/12 · Case 6/64 · CELEX numbers of both: 32011L0083, 62012CJ0131
"""

import re
from collections.abc import Iterator

from sidecar.text.citations.form import Citation

_KINDS = {
    "r": "regulation|verordnung|vo|r[eè]glement|reglamento|regolamento|verordening|regulamento|reg",
    "l": "directive|richtlinie|rl|directiva|direttiva|richtlijn|diretiva|dir",
    "d": "d[ée]cision|beschluss|entscheidung|decisi[óo]n|decisione|besluit|beschikking|decisão|dec",
}
_UNION = r"\(?(?:EU|EC|EEC|EG|EWG|UE|CE|CEE|EGKS|ECSC|Euratom|JHA|GASP|CFSP)\)?"
ACT = re.compile(
    rf"\b(?:(?P<r>{_KINDS['r']})|(?P<l>{_KINDS['l']})|(?P<d>{_KINDS['d']}))\b\.?\s*(?:{_UNION}[\s,]*){{0,2}}"
    r"(?:(?P<no>No|Nr|n[°ºo])\.?\s*)?(?P<first>\d{1,4})/(?P<second>\d{1,4})(?:/"
    + _UNION
    + r"){0,2}(?![\d/])",
    re.IGNORECASE,
)
_CELEX = re.compile(r"\b3(?P<year>\d{4})(?P<kind>[RLD])(?P<number>\d{4})\b", re.IGNORECASE)
_ELI = re.compile(
    r"\beli/(?P<kind>reg|dir|dec)(?:_\w+)?/(?P<year>\d{4})/(?P<number>\d{1,4})\b", re.IGNORECASE
)
_CASE = re.compile(
    r"(?<![\w-])(?P<court>[CTF])-(?P<number>\d{1,4})/(?P<year>\d{2})(?!\d)", re.IGNORECASE
)
_OLD_CASE = re.compile(
    r"\b(?:Cases?|Rs|Rechtss?aache|Rechtssachen?|Affaires?|Aff|Asuntos?|Cau[sz]a|Zaak|Processo)\b\.?\s*"
    r"(?:No\.?\s*)?(?P<number>\d{1,3})/(?P<year>\d{2})(?![\d/])",
    re.IGNORECASE,
)
_CELEX_CASE = re.compile(
    r"\b6(?P<year>\d{4})(?P<court>[CTF])[JOCA](?P<number>\d{4})\b", re.IGNORECASE
)


def act_key(match: re.Match[str]) -> str:
    """The key of a match of ACT: kind, year and number, in whatever order they are written.

    Directives and decisions give the year first. So do regulations since 2015; before, "No" or the
    lack of it says nothing, but their numbers go before the year.
    """
    kind = next(kind for kind in _KINDS if match[kind])
    first, second = match["first"], match["second"]
    number_first = bool(match["no"]) or (kind == "r" and not 2015 <= int(first) <= 2099)
    if len(second) not in (2, 4):  # no year
        number_first = False
    year, number = (second, first) if number_first else (first, second)
    return _key(kind, year, number)


def _key(kind: str, year: str, number: str) -> str:
    full = int(year) if len(year) == 4 else int(year) + (1900 if int(year) >= 50 else 2000)
    return f"eu {kind.lower()} {full}/{int(number)}"


def union_acts(text: str) -> Iterator[tuple[str, int, int]]:
    """(key, start, end) of each act that the text names by its number."""
    for match in ACT.finditer(text):
        yield act_key(match), match.start(), match.end()
    for pattern in (_CELEX, _ELI):
        for match in pattern.finditer(text):
            kind = {"reg": "r", "dir": "l", "dec": "d"}.get(match["kind"].lower(), match["kind"])
            yield _key(kind, match["year"], match["number"]), match.start(), match.end()


def union_cases(text: str) -> Iterator[Citation]:
    """Cases of the Court of Justice and the General Court; those before 1989 have no letter."""
    for match in _CASE.finditer(text):
        key = f"{match['court'].lower()}-{int(match['number'])}/{match['year']}"
        yield Citation("docket", (key,), match.start(), match.end())
    for match in _OLD_CASE.finditer(text):
        yield Citation(
            "docket", (f"c-{int(match['number'])}/{match['year']}",), match.start(), match.end()
        )
    for match in _CELEX_CASE.finditer(text):
        key = f"{match['court'].lower()}-{int(match['number'])}/{match['year'][2:]}"
        yield Citation("docket", (key,), match.start(), match.end())
