"""The citations of a text, by form."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from sidecar.text.citations import american, codes, decisions, dockets, eastern
from sidecar.text.citations.form import Citation, Find, plain
from sidecar.text.citations.keys import known_keys


@dataclass(frozen=True, slots=True)
class Form:
    """What finds the citations of a form, and a pattern without which a text has none."""

    hint: re.Pattern[str]
    find: tuple[Find, ...]


def _form(hint: str, *find: Find) -> Form:
    return Form(re.compile(hint, re.IGNORECASE), find)


FORMS: Mapping[str, Form] = {
    "case": _form(r"\d\s+[a-z]", decisions.cases),
    "neutral": _form(r"(?:1[89]|20)\d\d|ecli", decisions.neutral),
    "reported": _form(
        r"[\[(]\d{4}|\d{4}\s?\(|a\.?\s?i\.?\s?r\b|(?:1[89]|20)\d\d\s(?:\d{1,2}\s)?(?:[aikq][cbrl]|wlr|cr|e|s|clr|nz|flr)",
        decisions.reported,
    ),
    "series": _form(r"\d\s*,\s*(?:S\.\s*)?\d|bge|atf|dtf", decisions.series),
    "docket": _form(
        r"\d[-/_.]\d|号|\d[-\s]?c[vrj]|\d[ctf][joca]\d|\d-?civ|n[°ºo]s?\.?\s*\d{5}|^\s*\d{6}\s*$"
        r"|\d[a-z]{2}\d{5}",
        dockets.dockets,
    ),
    "usc": _form(
        r"\d\s*(?:u\.?\s?s|c\.?\s?f|i\.?l\.?c|pa\.?\s?c|del)|title|section|rule|frcp|12b|\d\([a-i]\)",
        *(american.titles, american.popular, american.rules),
    ),
    "constitution": _form("const|amend|article", american.constitution),
    "code": _form(r"\d", codes.codes),
    "chinese": _form("[条條]", eastern.articles),
}
"""Each form of citations. A new form is an entry here."""
STATUTES = ("usc", "constitution", "code", "chinese")
"""The forms that name a law; the others name a decision."""
DECISIONS = tuple(name for name in FORMS if name not in STATUTES)

SHORT = 200
"""Characters. A field such as `statute` is read by several signals: its citations are kept."""
MAX_COMPARED = 60
"""Citations of a text that are compared with each other: a query, a field, not an opinion."""
_DATED = re.compile(r"[\s,\d–-]*\([^()]{0,30}?\d{4}\)")
"""What follows a citation: " (1973)", ", 120 (9th Cir. 1994)"."""


def citations(text: str, forms: Iterable[str] | None = None) -> tuple[Citation, ...]:
    """The text's citations of these forms (None: all), by form and then by place; each once."""
    names = tuple(FORMS if forms is None else forms)
    return _known(text, names) if len(text) <= SHORT else _citations(text, names)


def _citations(text: str, forms: tuple[str, ...]) -> tuple[Citation, ...]:
    if not _DIGIT.search(text) and not _NUMBER_WORD.search(text):
        return ()
    text = plain(text)
    found: dict[tuple[tuple[str, ...], int], Citation] = {}
    for name in forms:
        form = FORMS[name]
        for find in form.find if form.hint.search(text) else ():
            for citation in find(text):
                found.setdefault((citation.keys, citation.start), citation)
    return _outermost(tuple(found.values()))


_known = lru_cache(maxsize=8192)(_citations)


def _outermost(found: tuple[Citation, ...]) -> tuple[Citation, ...]:
    """Without what lies within another citation: in "A.I.R. 1973 S.C. 1461" no "S.C." is cited, and
    "section 1983" is not a section of whatever law."""

    def within(inner: Citation, outer: Citation) -> bool:
        if not (outer.start <= inner.start and inner.end <= outer.end):
            return False
        bare = inner.keys[0].startswith("* ") and not outer.keys[0].startswith("* ")
        return bare or (
            inner.form != outer.form and inner.end - inner.start < outer.end - outer.start
        )

    if len(found) > MAX_COMPARED:
        return found
    return tuple(one for one in found if not any(within(one, other) for other in found))


_DIGIT = re.compile(r"\d")
_NUMBER_WORD = re.compile(
    r"[零〇一二两三四五六七八九十百千]|\b(?:title|amend|const|article\s[ivx])", re.IGNORECASE
)
"""Numbers without digits: Chinese ones, "Title VII", "Fourth Amendment", "Article III"."""


@lru_cache(maxsize=64)
def without_citations(text: str) -> str:
    """The text with its citations, and the years and courts after them, overwritten by §.

        "forum, 454 U.S. 235, 241 (9th Cir. 1994)"  ->  "forum, §§§§§§§§§§..."

    A citation names a source, and the citation signal reads that. Its reporter, court and numbers
    demand nothing else: `454 U.S. 235` does not ask for US law. The length stays the same.
    """
    for cited in citations(text):
        dated = _DATED.match(text, cited.end)
        end = dated.end() if dated else cited.end
        text = text[: cited.start] + "§" * (end - cited.start) + text[end:]
    return text


def citation_keys(text: str, forms: Iterable[str] | None = None) -> frozenset[str]:
    """All keys of the text's citations of these forms."""
    return frozenset(key for citation in citations(text, forms) for key in citation.keys)


def cited_keys(text: str, forms: Iterable[str] | None = None) -> frozenset[str]:
    """The keys under which a query may ask for what the text cites."""
    found = citations(text, forms)
    return frozenset[str]().union(
        *(known_keys(citation, citation.form in STATUTES) for citation in found)
    )


def related(forms: Iterable[str]) -> tuple[str, ...]:
    """The forms in which a text may name what is cited in these: a law has several."""
    wanted = set(forms)
    return tuple(
        name for name in FORMS if name in wanted or (name in STATUTES and wanted & set(STATUTES))
    )
