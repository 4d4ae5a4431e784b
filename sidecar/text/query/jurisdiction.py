"""The law that a query asks about: a country, the European Union, or a state of the US.

The reporter of a citation is no jurisdiction: "454 U.S. 235" asks for that decision, and documents
of other places must not sink for it (`citations.without_citations`).
"""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from sidecar.search import Constraint, Fields
from sidecar.text.citations import without_citations
from sidecar.text.citations.states import STATES
from sidecar.text.compose import read_value
from sidecar.text.query.extractor import Extractor, Satisfaction
from sidecar.text.query.jurisdiction_codes import in_full
from sidecar.text.query.vocabulary import Vocabulary, vocabulary_constraint
from sidecar.text.vocabularies import Names, any_of, load, merged

_PRONOUN = re.compile(r"\bus\b")
"""In a query, lower-case "us" is the pronoun as often as the country."""
_ADJECTIVE = re.compile(
    r"\b(?:german|austrian|swiss|french|italian|spanish|portuguese|dutch|belgian|irish|polish|swedish|"
    r"danish|chinese|japanese|indian|canadian|australian|brazilian|mexican)\b"
    r"(?!\s+(?:(?:civil|criminal|penal|constitutional|federal|supreme|high|district|appellate|"
    r"administrative|case|contract|labou?r|employment|family|tort|tax|company|patent|copyright|"
    r"competition|commercial|insolvency|evidence|data protection|privacy)\s+){0,2}"
    r"(?:laws?|courts?|codes?|acts?|constitution|statutes?|legislation|regulations?|charter|"
    r"jurisdiction|judge?ments?|parliament)\b)",
    re.IGNORECASE,
)
"""In a query, an adjective counts only before "law" and its kin: "German shepherd" does not."""


@cache
def jurisdictions() -> Vocabulary:
    """The jurisdictions of all languages, and the states of the US."""
    named = merged(load("jurisdiction", Names).values())
    states = {
        state: tuple(_of_state(state, abbreviations)) for state, abbreviations in STATES.items()
    }
    parents = dict.fromkeys(STATES, ("us",)) | named.parents
    return Vocabulary(named.names | states, parents, named.not_in)


def _of_state(state: str, abbreviations: Sequence[str]) -> Iterator[str]:
    yield f"{state} law"
    if state == "district of columbia":
        yield from ("d.c.", "washington dc", "washington d.c.")
    if " " in state:  # "N.Y.", but "Or." and "Me." are words
        yield from (spelling for spelling in abbreviations if " " in spelling)


@cache
def _party() -> re.Pattern[str]:
    """In a query, the party of a case is no country: "Washington v. Glucksberg"."""
    named = merged(load("jurisdiction", Names).values())
    name = rf"(?:{any_of((*named.names, *STATES))}|united states|u\.s\.)"
    return re.compile(
        rf"\b{name}\s+v\.?(?=\s)"
        rf"|(?:(?<=\sv)|(?<=\sv\.))\.?\s+(?:state of |people of )?{name}(?!\w)",
        re.IGNORECASE,
    )


def _extract(query: str, documents: Sequence[Fields]) -> Constraint | None:
    query = without_citations(query)
    for other in (_PRONOUN, _party(), _ADJECTIVE):
        query = other.sub(" _ ", query)
    return vocabulary_constraint("jurisdiction", jurisdictions().read(query))


def _check(constraint: Constraint, value: object) -> Satisfaction:
    text = in_full(read_value(value))
    return jurisdictions().check(constraint.values, text, constraint.excluded)


JURISDICTION = Extractor("jurisdiction", _extract, _check, ("jurisdiction", "country", "state"))
