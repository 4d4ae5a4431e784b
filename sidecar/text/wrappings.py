"""What stands around a document's fields, opened where it is plain.

    {"_id": "1", "_source": {"title": ...}}      a wrapper of the profile: its keys are read beside
                                                 those on top
    {"@graph": [{"@type": "WebPage"}, {...}]}    the object of a wrapper's list with most fields
    {"score": 1.2, "product": {"title": ...}}    no key on top is known: the one object among short
                                                 scalars

    {"rerank_doc": '{"title": ...}'}             a wrapper may hold its object as a text

A wrapper that is a field of the profile itself (`attributes`) is none.
"""

from collections.abc import Mapping, Sequence

from sidecar.search import Fields
from sidecar.text.document_keys import DocumentKeys, inside
from sidecar.text.field_values import MAX_DEPTH, present
from sidecar.text.parse import parse_json

MAX_NESTED = 4
"""Wrappings around one another that are opened."""
MAX_SCALAR = 128
"""Characters of a text beside the one object; a longer one is content that must not be lost."""


def opened(
    fields: Fields, keys: DocumentKeys, wrappers: Sequence[str], *, texts: bool = True
) -> Fields:
    """The fields with those of its wrappings; what stands outermost goes first.

    `texts`: whether a wrapper's text may hold an object, as JSON.
    """
    for _ in range(MAX_NESTED):
        inner = _in_wrappers(fields, keys, wrappers, texts)
        if inner is None and not _gives_any(fields, keys):
            inner = _the_one_object(fields)
        if inner is None:
            break
        fields = inner
    return fields


def _in_wrappers(
    fields: Fields, keys: DocumentKeys, wrappers: Sequence[str], texts: bool
) -> Fields | None:
    """The fields with those of the wrappers in place of the wrappers; None where there is none."""
    found: dict[str, object] = {}
    opened_keys = set()
    for wrapper in wrappers:
        head, _, steps = wrapper.partition(".")
        if head not in fields or keys.whole(head):
            continue
        held = max(
            _objects(inside(fields[head], steps), texts),
            key=lambda item: _known(item, keys),
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


def _gives_any(fields: Fields, keys: DocumentKeys) -> bool:
    return any(
        keys.candidates(key) and present(value, MAX_DEPTH, None) is not None
        for key, value in fields.items()
    )


def _known(fields: Fields, keys: DocumentKeys) -> int:
    return sum(1 for key in fields if keys.candidates(key))


def _the_one_object(fields: Fields) -> Fields | None:
    values = [v for v in fields.values() if present(v, MAX_DEPTH, None) is not None]
    objects = [value for value in values if isinstance(value, Mapping)]
    plain = all(
        isinstance(value, Mapping)
        or (isinstance(value, str | int | float) and len(str(value)) <= MAX_SCALAR)
        for value in values
    )
    return objects[0] if len(objects) == 1 and plain else None
