"""The size of clothes, shoes or beds that a query asks for.

    size 10 · size m · größe 42 · taille 38 · サイズM · size uk 9.5 · eu 42 · xl · extra large
    jeans w32 l34 · jeans 32x34 · bra 34b · kids 6-9 months · 2t · queen sheets

A lone letter or number counts only after a word for size. `size_notation` has the forms.
"""

from collections.abc import Sequence
from functools import lru_cache

from sidecar.search import Constraint, Fields
from sidecar.text.compose import read_value
from sidecar.text.query.extractor import SATISFIED, UNKNOWN, VIOLATED, Extractor, Satisfaction
from sidecar.text.query.size_in_field import stated_sizes
from sidecar.text.query.size_in_query import requested_sizes
from sidecar.text.query.size_notation import Kind, kind_of


def _extract(query: str, documents: Sequence[Fields]) -> Constraint | None:
    sizes = requested_sizes(query)
    return Constraint("size", sizes) if sizes else None


def _check(constraint: Constraint, value: object) -> Satisfaction:
    """A number without a system meets every system's; UK 9 and EU 42 are not compared, nor are
    letters and numbers."""
    kinds = _kinds(constraint.values)
    stated = stated_sizes(read_value(value), kinds)
    if any(_meets(asked, size) for asked in constraint.values for size in stated):
        return SATISFIED
    return VIOLATED if any(kind_of(size) in kinds for size in stated) else UNKNOWN


@lru_cache(maxsize=256)
def _kinds(sizes: frozenset[str]) -> frozenset[Kind]:
    return frozenset(map(kind_of, sizes))


def _meets(requested: str, size: str) -> bool:
    """`uk 9` meets `uk 9` and `9`, and so does `9` meet `uk 9`; `w32` is met by `w32 l34`."""
    kind = kind_of(requested)
    left, right = requested.split(), size.split()
    if kind is Kind.TROUSERS:
        return set(left) <= set(right)
    if kind is Kind.AGE:
        return requested == size or _within(requested, size) or _within(size, requested)
    if kind is not Kind.NUMBER:
        return requested == size
    return left[-1] == right[-1] and (len(left) != len(right) or left == right)


def _within(one: str, range_: str) -> bool:
    """Whether "18 months" is in "12-18 months"."""
    number, _, unit = one.partition(" ")
    ends, _, unit_of_range = range_.partition(" ")
    first, dash, last = ends.partition("-")
    if not (number.isdecimal() and dash and unit == unit_of_range):
        return False
    return int(first) <= int(number) <= int(last)


SIZE = Extractor("size", _extract, _check, ("size",))
