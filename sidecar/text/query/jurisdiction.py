"""The law that a query asks about: a country, the European Union, or a state of the US.

The reporter of a citation is no jurisdiction: "454 U.S. 235" asks for that decision, and documents
of other places must not sink for it (`citations.without_citations`).
"""

import re
from collections.abc import Sequence

from sidecar.search import Constraint, Fields
from sidecar.text.citations import without_citations
from sidecar.text.compose import read_value
from sidecar.text.query.extractor import Extractor, Satisfaction
from sidecar.text.query.vocabulary import Vocabulary, vocabulary_constraint

_STATES = re.findall(
    r"\w+(?: \w+)*",
    "alabama, alaska, arizona, arkansas, california, colorado, connecticut, delaware, "
    "florida, georgia, hawaii, idaho, illinois, indiana, iowa, kansas, kentucky, louisiana, "
    "maine, maryland, massachusetts, michigan, minnesota, mississippi, missouri, montana, "
    "nebraska, nevada, new hampshire, new jersey, new mexico, new york, north carolina, north "
    "dakota, ohio, oklahoma, oregon, pennsylvania, rhode island, south carolina, south "
    "dakota, tennessee, texas, utah, vermont, virginia, washington, west virginia, wisconsin, "
    "wyoming, district of columbia",
)
_SPELLINGS = {
    "us": ("usa", "united states", "american law", "federal law", "u.s"),
    "uk": ("united kingdom", "british law", "great britain"),
    "england": ("england and wales", "english law"),
    "scotland": ("scots law", "scottish law"),
    "eu": ("european union", "eu law", "european law"),
    "germany": ("german law", "german", "deutschland", "deutsches recht"),
    "austria": ("austrian law", "austrian", "osterreich"),
    "switzerland": ("swiss law", "swiss", "schweiz"),
    "france": ("french law", "french"),
    "china": ("prc", "chinese law", "chinese", "中国", "中华人民共和国"),
    "india": ("indian law", "indian"),
    "canada": ("canadian law", "canadian"),
    "australia": ("australian law", "australian"),
    "ireland": ("irish law", "irish"),
    **{state: (f"{state} law",) for state in _STATES},
    "district of columbia": ("d.c.", "washington dc", "washington d.c."),
}
_PARENTS = {**dict.fromkeys(_STATES, "us"), "england": "uk", "scotland": "uk"}
_PRONOUN = re.compile(r"\bus\b")
"""In a query, lower-case "us" is the pronoun as often as the country."""
_ADJECTIVE = re.compile(
    r"\b(?:german|austrian|swiss|french|chinese|indian|canadian|australian|irish)\b"
    r"(?!\s+(?:(?:civil|criminal|penal|constitutional|federal|supreme|high|district|appellate|"
    r"administrative|case|contract|labou?r|employment|family|tort|tax|company|patent|copyright|"
    r"competition|commercial|insolvency|evidence|data protection|privacy)\s+){0,2}"
    r"(?:laws?|courts?|codes?|acts?|constitution|statutes?|legislation|regulations?|charter|"
    r"jurisdiction|judge?ments?|parliament)\b)",
    re.IGNORECASE,
)
"""In a query, an adjective counts only before "law" and its kin: "German shepherd" does not."""
_NAME = rf"(?:{'|'.join(_SPELLINGS)}|united states|u\.s\.)"
_PARTY = re.compile(
    rf"\b{_NAME}\s+v\.?(?=\s)"
    rf"|(?:(?<=\sv)|(?<=\sv\.))\.?\s+(?:state of |people of )?{_NAME}(?!\w)",
    re.IGNORECASE,
)
"""In a query, the party of a case is no country: "Washington v. Glucksberg"."""

JURISDICTIONS = Vocabulary(_SPELLINGS, _PARENTS, not_in=("u.s.c", "new york times"))


def _extract(query: str, documents: Sequence[Fields]) -> Constraint | None:
    query = without_citations(query)
    for other in (_PRONOUN, _PARTY, _ADJECTIVE):
        query = other.sub(" _ ", query)
    return vocabulary_constraint("jurisdiction", JURISDICTIONS.read(query))


def _check(constraint: Constraint, value: object) -> Satisfaction:
    return JURISDICTIONS.check(constraint.values, read_value(value), constraint.excluded)


JURISDICTION = Extractor("jurisdiction", _extract, _check, ("jurisdiction", "country", "state"))
