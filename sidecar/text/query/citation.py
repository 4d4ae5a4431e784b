"""The decisions and laws that a query cites, read with `text/citations`."""

from collections.abc import Sequence

from sidecar.search import Constraint, Fields
from sidecar.text.citations import FORMS, STATUTES, citation_keys
from sidecar.text.compose import read_value
from sidecar.text.query.extractor import SATISFIED, UNKNOWN, VIOLATED, Extractor, Satisfaction

READ_CHARACTERS = 10_000
"""Of a field's value."""


def _extractor(name: str, forms: tuple[str, ...]) -> Extractor:
    def extract(query: str, documents: Sequence[Fields]) -> Constraint | None:
        keys = citation_keys(query, forms)
        return Constraint(name, keys) if keys else None

    def check(constraint: Constraint, value: object) -> Satisfaction:
        keys = citation_keys(read_value(value)[:READ_CHARACTERS], forms)
        if not keys:
            return UNKNOWN
        return SATISFIED if keys & constraint.values else VIOLATED

    return Extractor(name, extract, check, (name,))


CITATION = _extractor("citation", tuple(FORMS))
STATUTE = _extractor("statute", STATUTES)
