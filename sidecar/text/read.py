"""A document's fields under the profile's names, from each shape in which hits arrive.

    a JSON object                  its fields
    '{"title": "Shoe"}'            a string that holds a JSON object: its fields
    '---\\ntitle: "Shoe"\\n'         YAML, what ES|QL's RERANK sends: its fields; scalars stay text
    'title: Shoe\\nbrand: Acme'     lines, when each begins with a name, alias or label of the
                                   profile in any case; a repeated key is a list
    everything else                plain text, and so is every string when `profile.parse` is off

A string's JSON or YAML is read when the profile knows one of its keys at least, or none at all:
`---` above a line of prose, or a JSON log line, stays text. A key that JSON or YAML repeats counts
by its last value. A field named `brand.name` is read from that key or from inside `brand`.

A list of attributes, [{"name": "Color", "value": "Red"}], is one object: see `pairs`.

What has no reading (null, blank text, a container of such, a value deeper than MAX_DEPTH) is
absent, wherever it stands. How the rest is read as text is compose.read_value's table.
"""

import re
from collections.abc import Iterator, Mapping

import orjson
from yaml import CBaseLoader, YAMLError
from yaml.events import (
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    StreamEndEvent,
)

from sidecar.request import Document
from sidecar.search import Fields
from sidecar.text.field_profile import DocumentProfile
from sidecar.text.key_values import of_pairs

MAX_DEPTH = 16
"""Objects and lists within one another, the document included; every reader may then recurse."""

MAX_YAML_CHARACTERS = 1 << 20
MAX_YAML_EVENTS = 10_000
"""About 10 ms; a row of ES|QL has some tens."""

_YAML = re.compile(r"---(?:[ \t]*\r?\n|[ \t]+\{\}\s*\Z)")
"""`--- {}` is a row in which every column is null."""


def read(document: Document, profile: DocumentProfile) -> Fields | None:
    """The document's fields in the profile's order, the others after them; None for plain text.

    A field comes under the profile's name from the first of its name and aliases that is there.
    """
    found: Fields | None = document.fields
    if document.text is not None:
        found = _parse(document.text, profile) if profile.parse else None
        if found is None and isinstance(document.source, Mapping) and "text" in _spellings(profile):
            found = {"text": document.text}  # the object {"text": ...}: plain text for all others
    return None if found is None else _named(found, profile)


def _named(found: Fields, profile: DocumentProfile) -> Fields:
    named: dict[str, object] = {}
    for name, field in profile.fields.items():
        for spelling in (name, *field.aliases):
            given = _at(found, spelling)
            if given is not None and (value := _present(given, MAX_DEPTH - 1)) is not None:
                named[name] = value
                break
    if profile.other_fields or not profile.fields:
        known = set(_spellings(profile)) if profile.fields else ()
        for name, given in found.items():
            if name not in known and (value := _present(given, MAX_DEPTH - 1)) is not None:
                named[name] = value
    return named


def _at(found: Fields, path: str) -> object:
    """The value of the key, or of the dotted path into objects and lists of objects."""
    value = found.get(path)
    if value is not None or "." not in path:
        return value
    head, _, rest = path.partition(".")
    match found.get(head):
        case Mapping() as inner:
            return _at(inner, rest)
        case list() as items if (attributes := of_pairs(items)) is not None:
            return _at(attributes, rest)
        case list() as items:
            return [_at(item, rest) for item in items if isinstance(item, Mapping)]
        case _:
            return None


def _present(value: object, depth: int) -> object:
    """The value without what has no reading inside it, or None when nothing is left."""
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


def _parse(text: str, profile: DocumentProfile) -> Fields | None:
    start = text.lstrip()[:1] if text[:1].isspace() else text[:1]
    if start == "{":
        found = _parse_json(text)
    elif _YAML.match(text):
        found = _parse_yaml(text)
    else:
        return _parse_lines(text, profile)
    if not found or not profile.fields:
        return found
    known = any(key in found or key.split(".")[0] in found for key in _spellings(profile))
    return found if known else None


def _parse_json(text: str) -> Fields | None:
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _parse_lines(text: str, profile: DocumentProfile) -> Fields | None:
    """The fields of `key: value` lines; an indented line continues the value above it."""
    if ":" not in text.split("\n", 1)[0] or not profile.fields:
        return None
    known = _line_keys(profile)
    values: list[tuple[str, str]] = []
    for line in text.split("\n"):
        key, colon, value = line.partition(":")
        name = known.get(key.strip().casefold())
        if line[:1].isspace() and values and line.strip():
            values[-1] = (values[-1][0], f"{values[-1][1]} {line.strip()}".strip())
        elif colon and name and (not value or value[0].isspace()):
            values.append((name, value.strip()))
        elif line.strip():
            return None
    found: dict[str, object] = {}
    for name, value in values:
        earlier = found.get(name)
        if isinstance(earlier, list):
            earlier.append(value)
        else:
            found[name] = value if earlier is None else [earlier, value]
    return found or None


def _spellings(profile: DocumentProfile) -> Iterator[str]:
    for name, field in profile.fields.items():
        yield name
        yield from field.aliases


def _line_keys(profile: DocumentProfile) -> Mapping[str, str]:
    """Name, alias or label without case -> the name or alias that it stands for."""
    labels = {f.label.casefold(): name for name, f in profile.fields.items() if f.label}
    return labels | {spelling.casefold(): spelling for spelling in _spellings(profile)}


class _Refused(Exception):
    """YAML that is not a row of fields."""


def _parse_yaml(text: str) -> Fields | None:
    """The fields of one YAML mapping, or None.

    None for anything that a row of fields does not hold: anchors and aliases (a page of aliases
    can stand for gigabytes), keys that are not scalars, depth or length beyond the bounds above.
    libyaml's events are read here because PyYAML's constructor takes twice as long.
    """
    if len(text) > MAX_YAML_CHARACTERS:
        return None
    try:
        events = _yaml_events(text)
        next(events)  # the stream's start
        next(events)  # the document's
        if type(next(events)) is not MappingStartEvent:
            return None
        found = _yaml_mapping(events, MAX_DEPTH)
        next(events)  # the document's end
        return found if type(next(events)) is StreamEndEvent else None
    except (YAMLError, UnicodeEncodeError, _Refused):
        return None


def _yaml_events(text: str) -> Iterator[Event]:
    loader = CBaseLoader(text)
    for _ in range(MAX_YAML_EVENTS):
        event = loader.get_event()
        if event is None or getattr(event, "anchor", None) is not None:  # an alias has one too
            raise _Refused
        yield event
    raise _Refused


def _yaml_mapping(events: Iterator[Event], depth: int) -> dict[str, object]:
    found: dict[str, object] = {}
    while type(key := next(events)) is not MappingEndEvent:
        if not isinstance(key, ScalarEvent):
            raise _Refused
        found[key.value] = _yaml_value(next(events), events, depth - 1)
    return found


def _yaml_value(event: Event, events: Iterator[Event], depth: int) -> object:
    if isinstance(event, ScalarEvent):
        return event.value
    if depth == 0:
        raise _Refused
    if type(event) is MappingStartEvent:
        return _yaml_mapping(events, depth)
    items: list[object] = []
    while type(item := next(events)) is not SequenceEndEvent:
        items.append(_yaml_value(item, events, depth - 1))
    return items
