"""The court that a query names, under the abbreviations that lawyers use.

Courts are named in `mappings/vocabularies/court`; those of the United States follow patterns
(`american_courts`). The court of a citation does not count: "[2019] UKSC 12" and "12 F.3d 34 (9th
Cir. 1994)" ask for a decision.
"""

import re
from collections.abc import Sequence
from functools import cache

from sidecar.search import Constraint, Fields
from sidecar.text.citations import without_citations
from sidecar.text.compose import read_value
from sidecar.text.query.american_courts import (
    american_courts,
    court_of_identifier,
    without_kind,
)
from sidecar.text.query.extractor import Extractor, Satisfaction
from sidecar.text.query.vocabulary import Vocabulary, vocabulary_constraint
from sidecar.text.vocabularies import Names, load, merged

_IN_CAPITALS = re.compile(
    r"\bag\b(?!\s(?-i:[A-ZÄÖÜ][a-zäöü]))"
    r"|\b(?!(?-i:[A-Z]{2}))(?:bag|caa|cass|eat|fg|hca|icc|icj|lag|lg|tsj)\b",
    re.IGNORECASE,
)
"""In a query, these are courts only in capitals: "police search of a bag" names none, but "bgh
kündigung" does; and AG only before a town: "AG Hamburg", not "ag opinion"."""


@cache
def courts() -> Vocabulary:
    """The courts of all countries."""
    named = merged(load("court", Names).values())
    spellings, kinds = american_courts()
    parents = {name: (kind,) for name, kind in kinds.items()} | named.parents
    return Vocabulary(spellings | named.names, parents, named.not_in)


def _extract(query: str, documents: Sequence[Fields]) -> Constraint | None:
    text = without_kind(_IN_CAPITALS.sub("_", without_citations(query)))
    return vocabulary_constraint("court", courts().read(text))


def _check(constraint: Constraint, value: object) -> Satisfaction:
    text = without_kind(_in_full(read_value(value)))
    return courts().check(constraint.values, text, constraint.excluded)


def _in_full(text: str) -> str:
    return court_of_identifier().get(text.strip().lower(), text)


def _spell_out(text: str) -> str:
    full = _in_full(text)
    return "; ".join([full, *sorted(courts().find(without_kind(full)))])


COURT = Extractor("court", _extract, _check, ("court",), spell_out=_spell_out)
