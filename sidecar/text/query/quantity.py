"""The quantities that a query names: "16gb laptop", "55 inch tv", "500 ml". See `text/units`.

Bounds ("under 2 kg") and money are not among them.
"""

import re
from collections.abc import Sequence

from sidecar.search import Constraint, Fields
from sidecar.text.compose import read_value
from sidecar.text.query.extractor import Extractor
from sidecar.text.units import Quantity, agreement, quantities

_BOUND = re.compile(
    r"(?:\b(?:under|below|over|above|than|up to|at least|at most|between|about|around)"
    r"|\b(?:max|min)\.?|[<>]=?)\s*$"
)


def asked_quantities(query: str) -> tuple[Quantity, ...]:
    """The query's quantities that a document should have, bounds apart."""
    return tuple(
        found
        for found in quantities(query)
        if not _BOUND.search(query[max(0, found.start - 12) : found.start].lower())
    )


def _find(query: str, documents: Sequence[Fields]) -> Constraint | None:
    values = frozenset(f"{asked.dimension} {asked.value!r}" for asked in asked_quantities(query))
    return Constraint("quantity", values) if values else None


def _judge(constraint: Constraint, value: object) -> int:
    pairs = [text.split() for text in sorted(constraint.values)]
    wanted = [Quantity(dimension, float(number), 0, 0) for dimension, number in pairs]
    dimensions = frozenset(quantity.dimension for quantity in wanted)
    verdict = agreement(wanted, quantities(read_value(value), dimensions))
    return (verdict > 0) - (verdict < 0)


QUANTITY = Extractor(_find, _judge, ("",))
