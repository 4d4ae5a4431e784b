"""The decisions and laws that a query cites, read with `text/citations`.

A law and its place belong together: § 433 of another law violates "§ 433 BGB". What says less (a
section without its law, an act without a section) does neither. A place agrees with the places
inside it: "12(b)" with "12(b)(6)", but "12(b)(1)" does not with "12(b)(6)".
"""

from collections.abc import Sequence
from functools import lru_cache

from sidecar.search import Constraint, Fields
from sidecar.text.citations import (
    FORMS,
    STATUTES,
    citation_keys,
    citations,
    cited_keys,
    leaves,
    wider,
)
from sidecar.text.compose import read_value
from sidecar.text.query.extractor import SATISFIED, UNKNOWN, VIOLATED, Extractor, Satisfaction

READ_CHARACTERS = 10_000
"""Of a field's value."""


def _extractor(name: str, forms: tuple[str, ...]) -> Extractor:
    def extract(query: str, documents: Sequence[Fields]) -> Constraint | None:
        keys = citation_keys(query, forms)
        return Constraint(name, keys) if keys else None

    def check(constraint: Constraint, value: object) -> Satisfaction:
        return _check(constraint.values, read_value(value)[:READ_CHARACTERS], forms)

    return Extractor(name, extract, check, (name,))


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
