"""Fields from a string that holds JSON, YAML or `key: value` lines: see `read`."""

import re
from collections.abc import Iterator, Mapping
from textwrap import dedent

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

from sidecar.lenient_json import loads
from sidecar.search import Fields
from sidecar.text.field_profile import DocumentProfile
from sidecar.text.field_spellings import spellings
from sidecar.text.field_values import MAX_DEPTH
from sidecar.text.spelling import normal

MAX_YAML_CHARACTERS = 1 << 20
MAX_YAML_EVENTS = 10_000
"""About 10 ms; a row of ES|QL has some tens."""

MAX_KEY = 40
"""Characters before the colon of a line; more are a clause of prose."""
MIN_KNOWN_KEYS = 2
SHARE_KNOWN = 1 / 3
"""Keys that a profile must know of lines that hold others too, and their share of all."""

_LINE = re.compile(rf"([\w@][^:\n\"'\[\]{{}}<>]{{0,{MAX_KEY - 1}}}?(?::[^\s:]+)?)\s*:(?=\s|$)")
"""`title: `, `Product Name: `, `g:price: `."""
_YAML = re.compile(r"---(?:[ \t]*\r?\n|[ \t]+\{\}\s*\Z)")
"""`--- {}` is a row in which every column is null."""


def parse(text: str, profile: DocumentProfile) -> Fields | None:
    """The fields that the string holds; None for plain text."""
    start = text.lstrip()[:1] if text[:1].isspace() else text[:1]
    if start == "{":
        return parse_json(text)
    if _YAML.match(text):
        return _parse_yaml(text)
    return _parse_lines(text, profile)


def parse_json(text: str) -> Fields | None:
    """The fields of a JSON object; None for any other text."""
    try:
        value = loads(text)
    except orjson.JSONDecodeError:
        return None
    return value if isinstance(value, dict) else None


def _parse_lines(text: str, profile: DocumentProfile) -> Fields | None:
    """The fields of `key: value` lines; a line that is indented more than the first continues the
    value above it.

    Either the profile knows every key, or it knows two or more, and a third of them: a note or a
    warning above prose makes no document of fields.
    """
    if not profile.fields:
        return None
    if text[:1].isspace():
        text = dedent(text.strip("\r\n")).lstrip()
    if not _LINE.match(text):
        return None
    names = _line_keys(profile)
    values: list[tuple[str, list[str]]] = []  # key -> the lines of its value
    known: set[str] = set()
    others: set[str] = set()
    for line in text.split("\n"):
        if line[:1].isspace() and values and line.strip():
            values[-1][1].append(line.strip())
            continue
        if not line.strip():
            continue
        if (match := _LINE.match(line)) is None:
            return None
        key = match[1].strip()
        name = names.get(key.casefold()) or names.get(normal(key))
        (others if name is None else known).add(name or key)
        values.append((name or key, [line[match.end() :].strip()]))
    if others and not (
        len(known) >= MIN_KNOWN_KEYS and len(known) >= SHARE_KNOWN * (len(known) + len(others))
    ):
        return None
    fields: dict[str, object] = {}
    for name, lines in values:
        value = " ".join(lines).strip()
        earlier = fields.get(name)
        if isinstance(earlier, list):
            earlier.append(value)
        else:
            fields[name] = value if earlier is None else [earlier, value]
    return fields or None


def _line_keys(profile: DocumentProfile) -> Mapping[str, str]:
    """Name, alias or label without case -> the name or alias that it means."""
    labels = {f.label.casefold(): name for name, f in profile.fields.items() if f.label}
    names = [spelling for spelling in spellings(profile) if "." not in spelling]
    otherwise = {normal(name): name for name in reversed(names)}
    return otherwise | labels | {name.casefold(): name for name in names}


class _Refused(Exception):
    """YAML that is not a row of fields."""


def _parse_yaml(text: str) -> Fields | None:
    """The fields of one YAML mapping, or None.

    None for what a row of fields never has: anchors and aliases (a page of aliases can expand to
    gigabytes), keys that are not scalars, depth or length beyond the bounds above. libyaml's events
    are read here because PyYAML's constructor takes twice as long.
    """
    if len(text) > MAX_YAML_CHARACTERS:
        return None
    try:
        events = _yaml_events(text)
        next(events)  # the stream's start
        next(events)  # the document's
        if type(next(events)) is not MappingStartEvent:
            return None
        fields = _yaml_mapping(events, MAX_DEPTH)
        next(events)  # the document's end
        return fields if type(next(events)) is StreamEndEvent else None
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
    fields: dict[str, object] = {}
    while type(key := next(events)) is not MappingEndEvent:
        if not isinstance(key, ScalarEvent):
            raise _Refused
        fields[key.value] = _yaml_value(next(events), events, depth - 1)
    return fields


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
