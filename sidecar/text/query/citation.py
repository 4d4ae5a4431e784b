"""The decisions and laws that a query cites, read with `text/citations`.

A law and its place belong together: § 433 of another law violates "§ 433 BGB". What says less (a
section without its law, an act without a section) does neither. A place agrees with the places
inside it: "12(b)" with "12(b)(6)", but "12(b)(1)" does not with "12(b)(6)".
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from sidecar.search import Constraint, Fields
from sidecar.text.citations import (
    FORMS,
    STATUTES,
    Citation,
    citations,
    cited_keys,
    leaves,
    wider,
)
from sidecar.text.compose import read_value
from sidecar.text.query.extractor import SATISFIED, UNKNOWN, VIOLATED, Extractor, Satisfaction
from sidecar.text.query.negation import excluded
from sidecar.text.query.tokens import token_words, tokens

READ_CHARACTERS = 10_000
"""Of a field's value."""


class Cited(NamedTuple):
    """The citations of a query: those that it asks for, and those that it does not want."""

    wanted: tuple[Citation, ...]
    unwanted: tuple[Citation, ...]


def cited_in(query: str, forms: Sequence[str] | None = None) -> Cited:
    """The query's citations of these forms (None: all): "§ 433 BGB", "lease without § 535 BGB"."""
    found = citations(query, forms)
    spans = sorted({(citation.start, citation.end) for citation in found})
    outer = [span for i, span in enumerate(spans) if i == 0 or span[0] >= spans[i - 1][1]]
    text = query
    for start, end in reversed(outer):
        text = f"{text[:start]} {_CITED} {text[end:]}"
    of = tokens(text)
    places = [place for place, token in enumerate(of) if token.word == _CITED]
    reached = {
        item.start for item in excluded(of, {place: place + 1 for place in places}) if item.clear
    }
    unwanted = [span for span, place in zip(outer, places, strict=False) if place in reached]

    def is_unwanted(citation: Citation) -> bool:
        return any(start <= citation.start and citation.end <= end for start, end in unwanted)

    return Cited(
        tuple(citation for citation in found if not is_unwanted(citation)),
        tuple(citation for citation in found if is_unwanted(citation)),
    )


_CITED = "zcitedz"
"""Stands for a citation where negations are looked for."""


def _extractor(name: str, forms: tuple[str, ...]) -> Extractor:
    def extract(query: str, documents: Sequence[Fields]) -> Constraint | None:
        cited = cited_in(query, forms)
        keys, unwanted = _keys(cited.wanted), leaves(_keys(cited.unwanted))
        words = _words(query, cited.unwanted) - _words(query, cited.wanted)
        if not keys and not unwanted:
            return None
        return Constraint(name, keys, excluded=unwanted, excluded_words=words)

    def check(constraint: Constraint, value: object) -> Satisfaction:
        text = read_value(value)[:READ_CHARACTERS]
        if constraint.excluded:
            found = cited_keys(text, forms)
            if constraint.excluded & found:
                return VIOLATED
            if not constraint.values:
                return SATISFIED if found else UNKNOWN
        return _check(constraint.values, text, forms)

    return Extractor(name, extract, check, (name,))


def _words(query: str, found: Sequence[Citation]) -> frozenset[str]:
    return frozenset(word for each in found for word in token_words(query[each.start : each.end]))


def _keys(found: Sequence[Citation]) -> frozenset[str]:
    return frozenset(key for citation in found for key in citation.keys)


def _check(keys: frozenset[str], text: str, forms: tuple[str, ...]) -> Satisfaction:
    found = citations(text, forms)
    if not found:
        return UNKNOWN
    places, wide = _of_query(keys)
    known = cited_keys(text, forms)
    if places & known or any(citation.keys[-1] in keys for citation in found):
        return SATISFIED
    bare = {f"* {citation.keys[-1].rpartition(' ')[2]}" for citation in found}
    if bare & keys:  # the query names a section alone, and the text less than it
        return SATISFIED
    return UNKNOWN if any(wide & set(citation.keys) for citation in found) else VIOLATED


@lru_cache(maxsize=256)
def _of_query(keys: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The most exact keys, and those of what says less."""
    return leaves(keys), wider(keys)


CITATION = _extractor("citation", tuple(FORMS))
STATUTE = _extractor("statute", STATUTES)
