"""A document's fields under the profile's names, from each shape in which hits arrive.

    a JSON object                  its fields
    '{"title": "Shoe"}'            a string that holds a JSON object: its fields
    '---\\ntitle: "Shoe"\\n'         YAML, what ES|QL's RERANK sends: its fields; scalars stay text
    'title: Shoe\\nbrand: Acme'     lines, when each begins with a name, alias or label of the
                                   profile in any case; a repeated key is a list
    anything else                  plain text, and so is every string when `profile.parse` is off

A string's JSON or YAML is read when the profile knows at least one of its keys, or has no fields:
`---` above a line of prose, or a JSON log line, stays text. Of a key that JSON or YAML repeats the
last value counts. A field named `brand.name` is read from that key or from inside `brand`.

A list of attributes, [{"name": "Color", "value": "Red"}], is one object: see `key_values`.

Values that cannot be read (null, blank text, a container of such, a value deeper than MAX_DEPTH)
are absent, at every depth. compose.read_value says how the others are read as text.
"""

from collections.abc import Mapping

from sidecar.request import Document
from sidecar.search import Fields
from sidecar.text.field_profile import DocumentProfile, spellings
from sidecar.text.key_values import of_pairs
from sidecar.text.parse import MAX_DEPTH, parse


def read(document: Document, profile: DocumentProfile) -> Fields | None:
    """The document's fields in the profile's order, the others after them; None for plain text.

    A field is read from the first of its name and aliases that the document has.
    """
    fields: Fields | None = document.fields
    if document.text is not None:
        fields = parse(document.text, profile) if profile.parse else None
        if fields is None and isinstance(document.source, Mapping) and "text" in spellings(profile):
            fields = {"text": document.text}  # the object {"text": ...}: plain text for all others
    return None if fields is None else _named(fields, profile)


def _named(fields: Fields, profile: DocumentProfile) -> Fields:
    named: dict[str, object] = {}
    for name, field in profile.fields.items():
        for spelling in (name, *field.aliases):
            given = _at(fields, spelling)
            if given is not None and (value := _present(given, MAX_DEPTH - 1)) is not None:
                named[name] = value
                break
    if profile.other_fields or not profile.fields:
        known = set(spellings(profile)) if profile.fields else ()
        for name, given in fields.items():
            if name not in known and (value := _present(given, MAX_DEPTH - 1)) is not None:
                named[name] = value
    return named


def _at(fields: Fields, path: str) -> object:
    """The value of the key, or of the dotted path into objects and lists of objects."""
    value = fields.get(path)
    if value is not None or "." not in path:
        return value
    head, _, rest = path.partition(".")
    match fields.get(head):
        case Mapping() as inner:
            return _at(inner, rest)
        case list() as items if (attributes := of_pairs(items)) is not None:
            return _at(attributes, rest)
        case list() as items:
            return [_at(item, rest) for item in items if isinstance(item, Mapping)]
        case _:
            return None


def _present(value: object, depth: int) -> object:
    """The value without what cannot be read inside it, or None when nothing is left."""
    match value:
        case str():
            return None if not value or value.isspace() else value
        case None | int() | float():
            return value
        case Mapping() if depth > 0:
            pairs = ((key, _present(given, depth - 1)) for key, given in value.items())
            return {key: v for key, v in pairs if v is not None} or None
        case list() | tuple() if depth > 0:
            if set(map(type, value)) <= {int, float}:  # a vector: 768 numbers in 10 us
                return value or None
            if (attributes := of_pairs(value)) is not None:
                return _present(attributes, depth)
            return [v for given in value if (v := _present(given, depth - 1)) is not None] or None
        case Mapping() | list() | tuple():
            return None
        case _:
            return value
