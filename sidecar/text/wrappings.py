"""What stands around a document's fields, opened where it is plain.

    {"_id": "1", "_source": {"title": ...}}      a wrapper of the profile: its keys are read beside
                                                 those on top
    {"@graph": [{"@type": "WebPage"}, {...}]}    the object of a wrapper's list with most fields
    {"score": 1.2, "product": {"title": ...}}    no key on top is known: the one object among short
                                                 scalars

A wrapper that is a field of the profile itself (`attributes`) is none.
"""

from collections.abc import Mapping, Sequence

from sidecar.search import Fields
from sidecar.text.document_keys import DocumentKeys, inside
from sidecar.text.field_values import MAX_DEPTH, present

MAX_NESTED = 4
"""Wrappings around one another that are opened."""
MAX_SCALAR = 128
"""Characters of a text beside the one object; a longer one is content that must not be lost."""


def opened(fields: Fields, keys: DocumentKeys, wrappers: Sequence[str]) -> Fields:
    """The fields with those of its wrappings; what stands outermost goes first."""
    for _ in range(MAX_NESTED):
        inner = _in_wrappers(fields, keys, wrappers)
        if inner is None and not _gives_any(fields, keys):
            inner = _the_one_object(fields)
        if inner is None:
            break
        fields = inner
    return fields


def _in_wrappers(fields: Fields, keys: DocumentKeys, wrappers: Sequence[str]) -> Fields | None:
    """The fields with those of the wrappers in place of the wrappers; None where there is none."""
    found: dict[str, object] = {}
    opened_keys = set()
    for wrapper in wrappers:
        head, _, steps = wrapper.partition(".")
        if head not in fields or keys.whole(head):
            continue
        held = inside(fields[head], steps)
        if isinstance(held, list):
            objects = [item for item in held if isinstance(item, Mapping)]
            held = max(objects, key=lambda item: _known(item, keys), default=None)
        if isinstance(held, Mapping):
            opened_keys.add(head)
            found |= {key: value for key, value in held.items() if key not in found}
    if not opened_keys:
        return None
    return {**found, **{key: v for key, v in fields.items() if key not in opened_keys}}


def _gives_any(fields: Fields, keys: DocumentKeys) -> bool:
    return any(
        keys.candidates(key) and present(value, MAX_DEPTH, None) is not None
        for key, value in fields.items()
    )


def _known(fields: Fields, keys: DocumentKeys) -> int:
    return sum(1 for key in fields if keys.candidates(key))


def _the_one_object(fields: Fields) -> Fields | None:
    values = [v for given in fields.values() if (v := present(given, MAX_DEPTH, None)) is not None]
    objects = [value for value in values if isinstance(value, Mapping)]
    plain = all(
        isinstance(value, Mapping)
        or (isinstance(value, str | int | float) and len(str(value)) <= MAX_SCALAR)
        for value in values
    )
    return objects[0] if len(objects) == 1 and plain else None
