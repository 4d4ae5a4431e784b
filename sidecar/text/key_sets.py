"""What the keys of objects say, found out once for each set of keys.

The objects of a feed, its variants and attributes above all, are many and have few sets of keys:
what follows from the keys alone then costs one look-up per object, however long the vocabulary is.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import TypeVar

T = TypeVar("T")

MAX_REMEMBERED = 1024
"""Sets of keys whose answers are remembered, the latest used."""
MAX_KEYS = 64
"""Of a set that is remembered: objects with more are keyed by data, and their sets never repeat."""


def by_keys(find: Callable[[tuple[str, ...]], T]) -> Callable[[Mapping[str, object]], T]:
    """`find`, a function of keys in their order, as a function of objects."""
    remembered = lru_cache(MAX_REMEMBERED)(find)

    def of_object(value: Mapping[str, object]) -> T:
        keys = tuple(value)
        return remembered(keys) if len(keys) <= MAX_KEYS else find(keys)

    return of_object
