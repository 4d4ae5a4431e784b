"""Where a profile's fields may be in a document, and how a value is read there.

All that follows from the profile and from a document's keys is worked out once for each set of
keys: a search's documents have few.
"""

from functools import lru_cache
from typing import NamedTuple

from sidecar.text.document_keys import DocumentKeys
from sidecar.text.field_spellings import Spelling
from sidecar.text.key_sets import by_keys
from sidecar.text.spelling import normal


class FieldPlace(NamedTuple):
    """A place at which a field may be; the first of a field's that holds a value is read."""

    key: str
    steps: str
    """The path inside the key's value; "" for the value itself."""
    step: str
    """The path by `normal`, where it is a single key; else ""."""
    spelling: Spelling
    as_written: bool
    """Whether a value there is read as it is written."""
    may_give_way: bool
    """Whether a value there may count only where no other place has one."""


class FieldPlaces:
    """The places of a profile's fields."""

    def __init__(self, spellings: tuple[tuple[Spelling, ...], ...], changes: tuple[bool, ...]):
        """Of each field its spellings, in the order in which they count, and whether its values are
        read otherwise than they are written."""
        self.keys = DocumentKeys([[spelling.text for spelling in field] for field in spellings])
        self._spellings = spellings
        self._changes = changes
        self.of = by_keys(self._of)
        """Of an object, each field that it may have: its place in the profile, and its places."""

    def _of(self, keys: tuple[str, ...]) -> tuple[tuple[int, tuple[FieldPlace, ...]], ...]:
        return tuple(
            (field, tuple(self._place(field, each.rank, key, each.steps) for each, key in places))
            for field, places in self.keys.places(keys)
        )

    def _place(self, field: int, rank: int, key: str, steps: str) -> FieldPlace:
        spelling = self._spellings[field][rank]
        changed = self._changes[field] or spelling.says_opposite or spelling.in_cents
        gives_way = spelling.zero_means_none or spelling.reduced
        step = "" if "." in steps else normal(steps)
        return FieldPlace(key, steps, step, spelling, not changed, gives_way)


@lru_cache(maxsize=64)  # of each profile, with few of its weights set to 0 or from 0
def field_places(
    spellings: tuple[tuple[Spelling, ...], ...], changes: tuple[bool, ...]
) -> FieldPlaces:
    """The places of fields with these spellings."""
    return FieldPlaces(spellings, changes)
