"""The brand that a query names, if a candidate has it.

The values of the candidates' `brand` fields are looked for in the query (`naming` says when it
names one). This is the only place where a document's part depends on the other candidates: a
document of another brand is marked down only when a candidate has the named brand. Where scores of
different requests are compared, use a `match` signal on the field: it reads each document alone.
"""

from collections.abc import Sequence

from sidecar.search import Constraint, Fields
from sidecar.text.compose import read_value
from sidecar.text.folding import phrases
from sidecar.text.query.extractor import SATISFIED, UNKNOWN, VIOLATED, Extractor, Satisfaction
from sidecar.text.query.naming import Naming

FIELD = "brand"
_LONGEST = 60
_NONE = frozenset({"generic", "unknown", "other", "none", "no brand", "n a", "null", "new"})


def _extract(query: str, documents: Sequence[Fields]) -> Constraint | None:
    naming = Naming.of(query)
    brands = {brand for fields in documents if isinstance(brand := fields.get(FIELD), str)}
    values = {phrases(brand).strip() for brand in brands if len(brand) <= _LONGEST} - _NONE
    named = frozenset(value for value in values if naming.wants(value, min_length=2))
    unwanted = frozenset(value for value in values if naming.excludes(value, min_length=2))
    if not named and not unwanted:
        return None
    return Constraint(FIELD, named, excluded=unwanted, excluded_words=_words_of(unwanted))


def _words_of(values: frozenset[str]) -> frozenset[str]:
    return frozenset(word for value in values for word in value.split())


def _check(constraint: Constraint, value: object) -> Satisfaction:
    text = phrases(read_value(value))
    if not text.strip():
        return UNKNOWN
    if any(f" {brand} " in text for brand in constraint.excluded):
        return VIOLATED
    named = any(f" {brand} " in text for brand in constraint.values)
    return SATISFIED if named or not constraint.values else VIOLATED


BRAND = Extractor(FIELD, _extract, _check, ("brand", "manufacturer"))
