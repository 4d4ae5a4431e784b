"""What a query demands: extractors that read constraints from it.

    "red nike shoes under $80"      color {red}, brand {nike}, price up to 80
    "§ 433 BGB BGH since 2010"      statute {bgb 433}, court {bgh}, year from 2010

A constraint is for signals to read (`judge`), never a filter. Add one: a file with an Extractor,
and a row here.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from functools import lru_cache

from sidecar.search import Constraint, Fields
from sidecar.text.compose import read_value
from sidecar.text.query.brand import BRAND
from sidecar.text.query.citation import CITATION, STATUTE
from sidecar.text.query.color import COLOR
from sidecar.text.query.court import COURT
from sidecar.text.query.extractor import Extractor
from sidecar.text.query.jurisdiction import JURISDICTION
from sidecar.text.query.material import MATERIAL
from sidecar.text.query.price import PRICE
from sidecar.text.query.quantity import QUANTITY
from sidecar.text.query.ranges import judge_range
from sidecar.text.query.size import SIZE
from sidecar.text.query.year import YEAR
from sidecar.text.terms import phrases
from sidecar.text.values import number

EXTRACTORS: Mapping[str, Extractor] = {
    "price": PRICE,
    "size": SIZE,
    "color": COLOR,
    "brand": BRAND,
    "material": MATERIAL,
    "quantity": QUANTITY,
    "citation": CITATION,
    "statute": STATUTE,
    "court": COURT,
    "jurisdiction": JURISDICTION,
    "year": YEAR,
}
"""A profile that names another one is refused when it is loaded."""

READ_CHARACTERS = 2000
"""Of a query; nobody states a demand after that."""


def extract(query: str, names: Sequence[str], documents: Sequence[Fields]) -> dict[str, Constraint]:
    """The constraints of these names that the query states.

    `documents` serve `brand` alone: it is read from the candidates' own values. Raises KeyError
    for a name that is not in EXTRACTORS.
    """
    query = query[:READ_CHARACTERS]
    found = {name: EXTRACTORS[name].find(query, documents) for name in names}
    return {name: constraint for name, constraint in found.items() if constraint is not None}


def judge(constraint: Constraint, value: object, keys: Set[str] | None = None) -> int:
    """1 when a field's value satisfies the constraint, -1 when it violates it, 0 when it is silent.

    Of an object, the entries under `keys` are read, or under its `holding` ones; a price may be an
    object itself. A constraint that no extractor made (a hook's) holds when a value stands in it.
    """
    extractor = EXTRACTORS.get(constraint.name)
    if extractor is None:
        return _judge_plainly(constraint, value)
    if not isinstance(value, Mapping):
        return extractor.judge(constraint, value)
    if extractor.reads_objects and (verdict := extractor.judge(constraint, value)):
        return verdict
    keys = holding(constraint.name, value.keys()) if keys is None else keys & value.keys()
    verdicts = [extractor.judge(constraint, value[key]) for key in keys if value[key] is not None]
    return 1 if 1 in verdicts else min(verdicts, default=0)


def holding(name: str, keys: Iterable[str]) -> Set[str]:
    """The keys whose names say that they hold what the constraint is about: `product_colour`."""
    extractor = EXTRACTORS.get(name)
    parts = extractor.keys if extractor else ()
    return {key for key in keys if _has(key, parts)}


@lru_cache(maxsize=4096)  # a catalogue has some hundred names of attributes
def _has(key: str, parts: tuple[str, ...]) -> bool:
    return any(part in key.lower() for part in parts)


def _judge_plainly(constraint: Constraint, value: object) -> int:
    if constraint.low is not None or constraint.high is not None:
        return judge_range(constraint, number(value))
    text = phrases(read_value(value)).strip()
    return (1 if text in constraint.values else -1) if text else 0
