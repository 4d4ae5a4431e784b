"""A document's fields under the profile's names, from each shape in which hits arrive.

    a JSON object                  its fields
    '{"title": "Shoe"}'            a string that holds a JSON object: its fields
    '---\\ntitle: "Shoe"\\n'         YAML, what ES|QL's RERANK sends: its fields; scalars stay text
    'title: Shoe\\nbrand: Acme'     lines of `key: value`: see `parse`
    anything else                  plain text, and so is every string when `profile.parse` is off

A string's JSON or YAML is read when the profile knows at least one of its keys, or has no fields:
`---` above a line of prose, or a JSON log line, stays text. Of a key that JSON or YAML repeats the
last value counts. `document_keys` says under which keys a field is found, `wrappings` which objects
around the fields are opened.

Values that cannot be read (null, blank text, a container of such, a value deeper than MAX_DEPTH)
are absent, at every depth. `compose.read_value` says how the others are read as text.
"""

import time
from collections.abc import Mapping
from typing import NamedTuple

from sidecar.request import Document
from sidecar.schema import RERANK_DOC
from sidecar.search import Fields
from sidecar.text.broken_json import is_piece_of_object
from sidecar.text.compose import read_value
from sidecar.text.document_keys import Container
from sidecar.text.field_places import FieldPlace, field_places
from sidecar.text.field_profile import DocumentProfile, FieldProfile
from sidecar.text.field_spellings import field_spellings
from sidecar.text.field_values import (
    MAX_DEPTH,
    as_asked,
    is_zero,
    multiplied,
    negated,
    present,
    wanted_languages,
)
from sidecar.text.parse import parse
from sidecar.text.sale_periods import is_outside
from sidecar.text.values import NUMBERS, SINGLE
from sidecar.text.wrappings import unwrapped, wrappings


class Trace(NamedTuple):
    """How a document was read."""

    fields: Fields | None
    """Under the profile's names; None for plain text."""
    spellings: Mapping[str, str]
    """Field -> the spelling under which it was found; a joined field has none."""
    ignored: tuple[str, ...]
    """Keys on top that the profile does not know."""


HUNDREDTH = 0.01
_PART = FieldProfile()
"""How the parts of a joined field are read."""


def read(document: Document, profile: DocumentProfile, now: float | None = None) -> Fields | None:
    """The document's fields in the profile's order, the others after them; None for plain text."""
    return FieldReader(profile, now).read(document)


class FieldReader:
    """Reads documents under one profile."""

    def __init__(self, profile: DocumentProfile, now: float | None = None) -> None:
        """`now`, in seconds since 1970, says which sales go on; the clock's when None."""
        self._profile = profile
        self._now = time.time() if now is None else now
        self._names = tuple(profile.fields)
        joins = (join for field in profile.fields.values() for join in field.join)
        self._parts = tuple(dict.fromkeys(part for join in joins for part in join))
        self._joining = [(i, each) for i, each in enumerate(profile.fields.values()) if each.join]
        self._fields = (*profile.fields.values(), *(_PART for _ in self._parts))
        self._languages = tuple(map(wanted_languages, self._fields))
        self._changes = tuple(field.changes_values for field in self._fields)
        spellings = tuple(map(field_spellings, (*self._names, *self._parts), self._fields))
        self._places = field_places(spellings, self._changes)
        self._keys = self._places.keys
        weights = [field.weight for field in profile.fields.values()]
        passage = frozenset(
            place for place, field in enumerate(self._fields) if field.weight or not any(weights)
        )
        self._around = wrappings(self._keys, (*profile.wrappers, RERANK_DOC), passage)
        own = {each.text for names in spellings[: len(self._names)] for each in names}
        self._texts = {"text", RERANK_DOC} & own

    def read(self, document: Document) -> Fields | None:
        """The fields in the profile's order, the others after them; None for plain text."""
        given = self._given(document)
        return None if given is None else self._named(given)

    def trace(self, document: Document) -> Trace:
        """How the document was read, for people who look why."""
        given = self._given(document)
        if given is None:
            return Trace(None, {}, ())
        fields, on_top = self._named(given), self._unwrapped(given) if self._names else given
        spelling_of: dict[str, str] = {}
        for field, _, _, places in self._places.of(on_top):
            name = self._names[field] if field < len(self._names) else ""
            for place in places if name in fields else ():
                if self._value(field, place, Container(on_top[place.key])) == fields[name]:
                    spelling_of[name] = place.spelling.text
                    break
        ignored = () if self._profile.other_fields or not self._names else tuple(on_top)
        known = self._keys.candidates
        return Trace(fields, spelling_of, tuple(key for key in ignored if not known(key)))

    def _given(self, document: Document) -> Fields | None:
        """The document's own fields; None for plain text."""
        if document.text is None:
            return document.fields
        parsed = parse(document.text, self._profile) if self._profile.parse else None
        if parsed is None:
            return self._own_text(document)
        return parsed if self._known(parsed) else None

    def _own_text(self, document: Document) -> Fields | None:
        """The objects {"text": ...} and {"rerank_doc": ...} are plain text for all profiles without
        a field of that name."""
        if isinstance(document.source, Mapping):
            for name in self._texts:
                if document.source.get(name) == document.text:
                    return {name: document.text}
        return None

    def is_broken(self, document: Document) -> bool:
        """Whether a document that is read as plain text is a piece of a JSON object with fields of
        the profile."""
        if document.text is None or not self._profile.parse or not self._names:
            return False
        return is_piece_of_object(document.text, self._keys.candidates)

    def _known(self, fields: Fields) -> bool:
        """Whether what a string holds are fields: the profile knows one, or there are none."""
        if not self._names or not fields:
            return True
        known = self._keys.candidates
        return any(map(known, fields)) or any(map(known, self._unwrapped(fields)))

    def _unwrapped(self, fields: Fields) -> Fields:
        return unwrapped(fields, self._around, texts=self._profile.parse)

    def _named(self, fields: Fields) -> Fields:
        if not self._names:
            return _others(fields)
        fields = self._unwrapped(fields)
        found, others = self._found(fields)
        names = self._names
        # Places ascend. Most documents have no part of a joined field: the field is whole.
        if others or next(reversed(found), 0) >= len(names):
            found = {**others, **found, **self._joined(found)}
            found = {place: found[place] for place in sorted(found) if place < len(names)}
        named = {names[place]: value for place, value in found.items()}
        if self._profile.other_fields:
            known = self._keys.whole
            named |= _others({key: value for key, value in fields.items() if not known(key)})
        return named

    def _found(self, fields: Fields) -> tuple[dict[int, object], dict[int, object]]:
        """By the place of the field in the profile: its value at the first place that has one, and
        a value that counts where no other place has one: a 0, a reduced price that is not paid."""
        found: dict[int, object] = {}
        others: dict[int, object] = {}
        containers: dict[str, Container] = {}
        for field, key, steps, places in self._places.of(fields):
            if key is not None:
                given = fields[key]
                if isinstance(given, str):
                    if given and not given.isspace():
                        found[field] = given
                        continue
                elif type(given) in NUMBERS:
                    found[field] = given
                    continue
            elif (
                steps
                and (container := containers.get(places[0].key)) is not None
                and container.lacks_all(steps)
            ):
                continue  # most often: none of the aliases of this kind
            for place in places:
                given = fields[place.key]
                if type(given) in SINGLE:  # most values: no need to look closer
                    if place.steps or given is None:
                        continue
                    if isinstance(given, str) and (not given or given.isspace()):
                        continue
                    value = given if place.as_written else self._as_asked(field, place, given)
                else:
                    if (container := containers.get(place.key)) is None:
                        container = containers[place.key] = Container(given)
                    if place.step and container.lacks(place.step):
                        continue  # most often: none of the aliases of this kind
                    if (value := self._value(field, place, container)) is None:
                        continue
                if place.may_give_way and self._gives_way(field, place, value, fields, containers):
                    others.setdefault(field, value)
                else:
                    found[field] = value
                    break
        return found, others

    def _gives_way(
        self,
        field: int,
        place: FieldPlace,
        value: object,
        fields: Fields,
        containers: Mapping[str, Container],
    ) -> bool:
        """Whether another value of the field goes first: this is a 0 that means none, or a reduced
        price that, the document says, is not paid now."""
        if place.spelling.zero_means_none and is_zero(value):
            return True
        if not place.spelling.reduced:
            return False
        known = {key: container.value for key, container in containers.items()}
        return is_outside({**fields, **known}, self._fields[field].reduced_during, self._now)

    def _value(self, field: int, place: FieldPlace, container: Container) -> object:
        """The field's value at the place in what its key holds; None where there is none."""
        value = container.inside(place.steps) if place.steps else container.value
        value = present(value, MAX_DEPTH - 1, self._languages[field])
        return value if value is None or place.as_written else self._as_asked(field, place, value)

    def _as_asked(self, field: int, place: FieldPlace, value: object) -> object:
        if place.spelling.says_opposite:
            value = negated(value)
        if self._changes[field]:
            return as_asked(value, self._fields[field])
        return multiplied(value, HUNDREDTH) if place.spelling.in_cents else value

    def _joined(self, found: Mapping[int, object]) -> dict[int, object]:
        """The fields that are joined of several, by their place in the profile."""
        count = len(self._names)
        parts = {
            part: found[count + place]
            for place, part in enumerate(self._parts)
            if count + place in found
        }
        joined: dict[int, object] = {}
        for place, field in self._joining if len(parts) > 1 else ():
            for join in field.join:
                texts = [read_value(parts.get(part)) for part in join]
                if all(texts):
                    joined[place] = field.separator.join(texts)
                    break
        return joined


def _others(fields: Fields) -> dict[str, object]:
    """Fields that no profile names, as they are."""
    pairs = ((name, present(given, MAX_DEPTH - 1, None)) for name, given in fields.items())
    return {name: value for name, value in pairs if value is not None}
