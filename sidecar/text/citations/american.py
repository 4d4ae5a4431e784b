"""United States: codes by title, the constitution, and the names that lawyers have for places.

42 U.S.C. § 1983 · 29 CFR 1604.11(a) · 720 ILCS 5/9-1 · 18 Pa.C.S. § 2502
U.S. Const. amend. IV · Fourth Amendment · 14th Amendment · U.S. Const. art. I, § 8, cl. 3
Article III standing · article I, section 8
Title VII · Section 1983 · Rule 12(b)(6) · 12(b)(6) motion · frcp 12b6
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache

from sidecar.text.citations.codes import codes
from sidecar.text.citations.form import Citation, in_brackets, levels
from sidecar.text.citations.states import state_spellings
from sidecar.text.citations.vocabulary import Laws
from sidecar.text.folding import squeeze
from sidecar.text.numerals import roman
from sidecar.text.vocabularies import load

_TITLES = {
    "usc": r"U\.?\s?S\.?\s?C\.?(?:\s?[AS]\.)?|U\.?\s?S\.?\s?Code",
    "cfr": r"C\.?\s?F\.?\s?R\.?",
    "ilcs": r"I\.?L\.?C\.?S\.?",
    "pacs": r"Pa\.?\s?C(?:ons)?\.?\s?S(?:tat)?\.?(?:\s?A\.)?",
    "delc": r"Del\.?\s?C(?:ode)?\.?",
}
_STATES_CODES = {
    "ilcs": "illinois compiled statutes",
    "pacs": "pennsylvania consolidated statutes",
    "delc": "delaware code",
}
_TITLE = re.compile(
    r"\b(?P<title>\d{1,3})\s*(?:"
    + "|".join(f"(?P<{name}>{pattern})" for name, pattern in _TITLES.items())
    + r")(?![A-Za-z])[\s,]*(?:Ann\.?\s*)?(?:§{1,2}|\bsec(?:tions?|s)?\b\.?|\bpart\b)?\s*"
    r"(?P<list>\d[\w./:]*(?:-\d+\w?)*(?:\(\w{1,4}\))*"
    r"(?:(?:,\s*|\s+and\s+|,\s+and\s+)\d+[a-z]?\b(?!\s+[A-Z])(?:\(\w{1,4}\))*)*)",
    re.IGNORECASE,
)
_SECTION = re.compile(r"(\d[\w./:]*(?:-\d+\w?)*)((?:\(\w{1,4}\))*)")

_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth "
    "fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth twenty-first "
    "twenty-second twenty-third twenty-fourth twenty-fifth twenty-sixth twenty-seventh"
).split()
_PART = (
    r"(?:,?\s*(?:§|\bsec(?:tion|\.)?)\s*(?P<section>\d{1,2}))?"
    r"(?:,?\s*\bcl(?:ause|\.)?\s*(?P<clause>\d{1,2}))?"
)
_STATE = "|".join(
    r"\.?\s?".join(map(re.escape, spelling.split()))
    for spelling in sorted(state_spellings(), key=len, reverse=True)
)
_STATE_OF = {spelling.replace(" ", ""): name for spelling, name in state_spellings().items()}
"""States by their letters alone: "N. Y.", "N.Y." and "NY" are one."""
_CONSTITUTION = re.compile(
    rf"\b(?:(?P<us>U\.?\s?S\.?|United States)|(?P<state>{_STATE}))\.?\s+"
    r"Const(?:itution\b|\.|\b),?\s*"
    rf"(?P<kind>amend|art)(?:ments?|icles?)?\b\.?\s*(?P<number>[IVX]{{1,6}}|\d{{1,2}})\b{_PART}",
    re.IGNORECASE,
)
_MENTIONED = re.compile(r"const|amend|article", re.IGNORECASE)
_ARTICLE = re.compile(
    r"\barticle\s+(?P<number>I{1,3}|IV|V|VI)\b"
    r"(?:,?\s+(?:§|section|sec\.?)\s*(?P<section>\d{1,2})\b"
    r"|(?=\s+(?:standing|courts?|judges?|jurisdiction|powers?|tribunals?|injury)\b))",
    re.IGNORECASE,
)
"""An article of the federal constitution, as lawyers name it."""
_RULE = re.compile(
    r"\b(?:rule|frcp)\s+(?P<rule>\d{1,2})(?P<fused>[a-i]\d{1,2})\b"
    r"|(?<![\w.-])12(?P<dismissal>b[1-7])\b"
    r"|(?<![\w.-])(?P<bare>\d{1,2})(?P<inside>(?:\(\w{1,2}\)){1,3})"
    r"(?=\s+(?:motions?|dismissals?|depositions?|class(?:es)?|relief)\b)",
    re.IGNORECASE,
)
"""A rule of civil procedure, as lawyers write it in haste."""
_MAY_HOLD_RULE = re.compile(r"2[bB][1-7]|\d\([a-iA-I]\)|[rR][uU][lL][eE] \d|[cC][pP] \d")
"""What every text with one has: quickly seen."""
_AMENDMENT = re.compile(
    rf"\b(?:(?P<ordinal>{'|'.join(_ORDINALS[::-1])})|(?P<digits>\d{{1,2}})(?:st|nd|rd|th|d))\s+amendment\b"
    r"|\bamend(?:ment|\.)\s+(?P<number>[IVX]{1,6})\b",
    re.IGNORECASE,
)
_OF_A_PAPER = re.compile(
    r"\s+(?:to|of)\s+(?:the\s+|this\s+|that\s+|our\s+)?"
    r"(?!u\.?s|united|constitution|federal|bill of)",
    re.IGNORECASE,
)
"""The fourth amendment to a lease is none of the constitution."""


def titles(text: str) -> Iterator[Citation]:
    """Places in codes that are numbered by title."""
    for match in _TITLE.finditer(text):
        code = next(name for name in _TITLES if match[name])
        for item in _SECTION.finditer(match["list"]):
            section = item[1].lower().rstrip(".:/-")
            base = f"{match['title']} {code} {section}"
            if code in _STATES_CODES:
                base = f"{_STATES_CODES[code]} {match['title']}:{section}"
            yield Citation("usc", levels(base, in_brackets(item[2])), match.start(), match.end())


def constitution(text: str) -> Iterator[Citation]:
    """Amendments and articles of the constitution, and of a state's."""
    if not _MENTIONED.search(text):
        return
    for match in _CONSTITUTION.finditer(text):
        number = _number(match["number"])
        if number is None:
            continue
        state = "us" if match["us"] else _STATE_OF[squeeze(match["state"])]
        base = f"{state} const {match['kind'].lower()}{number}"
        inside = [part for part in (match["section"], match["clause"]) if part]
        yield Citation("constitution", levels(base, inside), match.start(), match.end())
    for match in _ARTICLE.finditer(text):
        inside = [match["section"]] if match["section"] else []
        base = f"us const art{_number(match['number'])}"
        yield Citation("constitution", levels(base, inside), match.start(), match.end())
    for match in _AMENDMENT.finditer(text):
        if match["ordinal"]:
            number = _ORDINALS.index(match["ordinal"].lower()) + 1
        else:
            number = _number(match["digits"] or match["number"])
        if (
            number is None
            or not 1 <= number <= len(_ORDINALS)
            or _OF_A_PAPER.match(text, match.end())
        ):
            continue
        yield Citation("constitution", (f"us const amend{number}",), match.start(), match.end())


def rules(text: str) -> Iterator[Citation]:
    """Rules of civil procedure by their numbers alone: "12(b)(6) motion", "12b6"."""
    if not _MAY_HOLD_RULE.search(text):
        return
    for match in _RULE.finditer(text):
        inside = match["fused"] or match["dismissal"]
        steps = [inside[0], inside[1:]] if inside else in_brackets(match["inside"])
        rule = match["rule"] or match["bare"] or "12"
        yield Citation("usc", levels(f"frcp {rule}", steps), match.start(), match.end())


def popular(text: str) -> Iterator[Citation]:
    """Places that have a name: "Title VII", "Rule 12(b)(6)"."""
    names, pattern = _popular()
    for match in pattern.finditer(text):
        said = re.sub(r"\s+", " ", match[0]).lower()
        yield Citation("usc", names[said], match.start(), match.end())


@cache
def _popular() -> tuple[Mapping[str, tuple[str, ...]], re.Pattern[str]]:
    names: dict[str, tuple[str, ...]] = {}
    for laws in load("law", Laws).values():
        for name, stands_for in laws.popular.items():
            found = (*titles(stands_for), *codes(stands_for))
            names[name.lower()] = found[0].keys
    either = "|".join(
        re.escape(name).replace(r"\ ", r"\s+") for name in sorted(names, key=len, reverse=True)
    )
    no_law = r"(?![\w(-]|[.:]\d|\s*(?:of|,?\s*title|,?\s*(?-i:[A-Z]{2,})))"
    return names, re.compile(rf"(?<!\w)(?:{either}){no_law}", re.IGNORECASE)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else roman(text.upper())
