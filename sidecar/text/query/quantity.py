"""The quantities that a query names: "16gb laptop", "55 inch tv", "500 ml". See `text/units`.

Bounds ("under 2 kg"), ranges ("20-30 cm", "between 20 and 30 cm") and money are not among them.
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
_RANGE = re.compile(r"[\d.,]+\s?[-–]\s?\d")
_UPPER_END = re.compile(
    r"(?:\b(?:between|from)\s+[\d.,]+\s?[a-z\"]*\s+(?:and|to)|(?<![\w.,])[\d.,]+\s+(?:to|until))\s+$"
)
_FROM = re.compile(r"\bfrom\s+$")
_TO = re.compile(r"\s+to\s+\d")


def asked_quantities(query: str) -> tuple[Quantity, ...]:
    """The query's quantities that a document should have, bounds and ranges apart."""
    return tuple(found for found in quantities(query) if not _is_bound(query, found))


def _is_bound(query: str, found: Quantity) -> bool:
    before = query[max(0, found.start - 40) : found.start].lower()
    return bool(
        _BOUND.search(before)
        or _UPPER_END.search(before)
        or _RANGE.match(query, found.start)
        or (_FROM.search(before) and _TO.match(query, found.end))
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
