"""What stands around a document's fields, opened where it is plain.

    {"_id": "1", "_source": {"title": ...}}      a wrapper of the profile: its keys are read beside
                                                 those on top
    {"@graph": [{"@type": "WebPage"}, {...}]}    the object of a wrapper's list with most fields
    {"score": 1.2, "product": {"title": ...}}    no key on top is one that the model reads: the one
                                                 object among short scalars

    {"rerank_doc": '{"title": ...}'}             a wrapper may hold its object as a text

A wrapper that is a field of the profile itself (`attributes`) is none.
"""

from collections.abc import Mapping, Sequence, Set
from functools import lru_cache
from typing import NamedTuple

from sidecar.search import Fields
from sidecar.text.document_keys import DocumentKeys, inside
from sidecar.text.field_values import MAX_DEPTH, present
from sidecar.text.key_sets import by_keys
from sidecar.text.parse import parse_json
from sidecar.text.spelling import normal

MAX_NESTED = 4
"""Wrappings around one another that are opened."""
MAX_SCALAR = 128
"""Characters of a text beside the one object; a longer one is content that must not be lost."""


class Wrappings:
    """What may stand around the fields of a profile."""

    def __init__(self, keys: DocumentKeys, paths: Sequence[str], passage: Set[int]) -> None:
        """`paths`: the keys or paths of the wrappers. `passage`: the fields, by their place in the
        profile, that the model reads."""
        self.keys = keys
        self._paths = tuple((head, steps) for head, _, steps in (p.partition(".") for p in paths))
        self._passage = passage
        self._of = by_keys(self._of_keys)

    def wrappers(self, fields: Fields) -> Sequence[tuple[str, str]]:
        """(its key, the steps inside its value) for each wrapper that the fields have."""
        return self._of(fields)[0]

    def gives(self, fields: Fields) -> bool:
        """Whether there is anything on top that the model reads."""
        read = self._of(fields)[1]
        return any(present(fields[key], MAX_DEPTH, None) is not None for key in read)

    def is_bare(self, fields: Fields) -> bool:
        """Whether there is surely nothing around them."""
        wrappers, read = self._of(fields)
        if wrappers or not read:
            return False
        first = fields[read[0]]  # of most documents a text
        return isinstance(first, str) and not first.isspace() and bool(first)

    def _of_keys(self, keys: tuple[str, ...]) -> "_Around":
        read = [
            key for key in keys if any(c.field in self._passage for c in self.keys.candidates(key))
        ]
        return _Around(self._wrappers(keys), tuple(read))

    def _wrappers(self, keys: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
        by_spelling = {normal(key): key for key in keys}
        found = [
            (head if head in keys else by_spelling.get(normal(head)), steps)
            for head, steps in self._paths
        ]
        return tuple(
            (key, steps) for key, steps in found if key is not None and not self.keys.whole(key)
        )


class _Around(NamedTuple):
    """What an object's keys say of it."""

    wrappers: tuple[tuple[str, str], ...]
    """(its key, the steps inside its value) for each."""
    read: tuple[str, ...]
    """Keys of what the model may read."""


@lru_cache(maxsize=64)  # of each profile, with few of its weights set to 0 or from 0
def wrappings(keys: DocumentKeys, paths: tuple[str, ...], passage: frozenset[int]) -> Wrappings:
    """What may stand around the fields, see `Wrappings`."""
    return Wrappings(keys, paths, passage)


def unwrapped(fields: Fields, around: Wrappings, texts: bool = True) -> Fields:
    """The fields with those of its wrappings; what stands outermost goes first.

    `texts`: whether a wrapper's text may hold an object, as JSON.
    """
    if around.is_bare(fields):
        return fields
    for _ in range(MAX_NESTED):
        inner = _in_wrappers(fields, around, texts)
        if inner is None and not around.gives(fields):
            inner = _in_the_one_object(fields, around)
        if inner is None:
            break
        fields = inner
    return fields


def _in_wrappers(fields: Fields, around: Wrappings, texts: bool) -> Fields | None:
    """The fields with those of the wrappers in place of the wrappers; None where there is none."""
    if not (wrappers := around.wrappers(fields)):
        return None
    found: dict[str, object] = {}
    opened_keys = set()
    for head, steps in wrappers:
        held = max(
            _objects(inside(fields[head], steps), texts),
            key=lambda item: _known(item, around.keys),
            default=None,
        )
        if held is not None:
            opened_keys.add(head)
            found |= {key: value for key, value in held.items() if key not in found}
    if not opened_keys:
        return None
    outer = {key: v for key, v in fields.items() if key not in opened_keys and v is not None}
    return {**found, **outer}


def _objects(held: object, texts: bool) -> list[Fields]:
    """The objects that a wrapper holds: one, a list of them, or as JSON in a text."""
    items = held if isinstance(held, list) else [held]
    if texts:
        items = [parse_json(item) if isinstance(item, str) else item for item in items]
    return [item for item in items if isinstance(item, Mapping)]


def _known(fields: Fields, keys: DocumentKeys) -> int:
    return sum(1 for key in fields if keys.candidates(key))


def _in_the_one_object(fields: Fields, around: Wrappings) -> Fields | None:
    """The fields of the one object among short scalars, and those beside it that are known, such as
    `created_at`; None where there is none, or it is a field itself."""
    held = {key: v for key, v in fields.items() if present(v, MAX_DEPTH, None) is not None}
    objects = [(key, value) for key, value in held.items() if isinstance(value, Mapping)]
    if len(objects) != 1 or around.keys.candidates(objects[0][0]):
        return None
    inner = objects[0][1]
    beside = {key: value for key, value in held.items() if value is not inner}
    if not all(map(_is_short, beside.values())):
        return None
    known = {key: value for key, value in beside.items() if around.keys.candidates(key)}
    return {**inner, **known} if not known or around.gives(inner) else None


def _is_short(value: object) -> bool:
    return isinstance(value, str | int | float) and len(str(value)) <= MAX_SCALAR
