"""Where a profile's fields may be in a document, and how a value is read there.

All that follows from the profile and from a document's keys is worked out once for each set of
keys: a search's documents have few.
"""

from collections.abc import Sequence
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


class FieldKeys(NamedTuple):
    """Where a field may be in objects with certain keys."""

    field: int
    """Its place in the profile."""
    key: str | None
    """The key of the first place that is no path, where a single value there is the field's and is
    read as it is written: of most fields no more need be known."""
    steps: frozenset[str]
    """The steps into one key's value, by `normal`, where the field is nowhere else."""
    places: tuple[FieldPlace, ...]
    """Best first."""


class FieldPlaces:
    """The places of a profile's fields."""

    def __init__(self, spellings: tuple[tuple[Spelling, ...], ...], changes: tuple[bool, ...]):
        """Of each field its spellings, in the order in which they count, and whether its values are
        read otherwise than they are written."""
        self.keys = DocumentKeys([[spelling.text for spelling in field] for field in spellings])
        self._spellings = spellings
        self._changes = changes
        self.of = by_keys(self._of)
        """Of an object, each field that it may have."""

    def _of(self, keys: tuple[str, ...]) -> tuple[FieldKeys, ...]:
        found = []
        for field, candidates in self.keys.places(keys):
            places = tuple(self._place(field, c.rank, key, c.steps) for c, key in candidates)
            found.append(FieldKeys(field, _plain_key(places), _steps(places), places))
        return tuple(found)

    def _place(self, field: int, rank: int, key: str, steps: str) -> FieldPlace:
        spelling = self._spellings[field][rank]
        changed = self._changes[field] or spelling.says_opposite or spelling.in_cents
        gives_way = spelling.zero_means_none or spelling.reduced
        step = "" if "." in steps else normal(steps)
        return FieldPlace(key, steps, step, spelling, not changed, gives_way)


def _plain_key(places: Sequence[FieldPlace]) -> str | None:
    """`FieldKeys.key`. A single value has nothing inside, so paths into it are passed over."""
    for place in places:
        if place.key != places[0].key:
            return None
        if not place.steps:
            return place.key if place.as_written and not place.may_give_way else None
    return None


def _steps(places: Sequence[FieldPlace]) -> frozenset[str]:
    """`FieldKeys.steps`; none where a place is another key's, or no single step."""
    if any(place.key != places[0].key or not place.step for place in places):
        return frozenset()
    return frozenset(place.step for place in places)


@lru_cache(maxsize=64)  # of each profile, with few of its weights set to 0 or from 0
def field_places(
    spellings: tuple[tuple[Spelling, ...], ...], changes: tuple[bool, ...]
) -> FieldPlaces:
    """The places of fields with these spellings."""
    return FieldPlaces(spellings, changes)
