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
from functools import lru_cache
from typing import NamedTuple

from sidecar.request import Document
from sidecar.schema import RERANK_DOC
from sidecar.search import Fields
from sidecar.text.broken_json import is_piece_of_object
from sidecar.text.compose import read_value
from sidecar.text.document_keys import Candidate, DocumentKeys, inside_opened, opened
from sidecar.text.field_profile import DocumentProfile, FieldProfile
from sidecar.text.field_spellings import Spelling, field_spellings
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
from sidecar.text.wrappings import Wrappers, unwrapped


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
        self._spellings = tuple(map(field_spellings, (*self._names, *self._parts), self._fields))
        self._as_written = tuple(map(_as_written, self._spellings, self._changes))
        self._keys = _document_keys(self._spellings)
        weights = [field.weight for field in profile.fields.values()]
        self._passage = frozenset(
            place for place, field in enumerate(self._fields) if field.weight or not any(weights)
        )
        own = {each.text for names in self._spellings[: len(self._names)] for each in names}
        self._texts = {"text", RERANK_DOC} & own
        self._wrappers = _wrappers((*profile.wrappers, RERANK_DOC))

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
        for field, places in self._keys.places(on_top):
            name = self._names[field] if field < len(self._names) else ""
            for candidate, key in places if name in fields else ():
                if self._value(candidate, opened(on_top[key])) == fields[name]:
                    spelling_of[name] = self._spellings[field][candidate.rank].text
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
        texts = self._profile.parse
        return unwrapped(fields, self._keys, self._wrappers, passage=self._passage, texts=texts)

    def _named(self, fields: Fields) -> Fields:
        if not self._names:
            return _others(fields)
        fields = self._unwrapped(fields)
        found, others = self._found(fields)
        count = len(self._names)
        joins = max(found, default=0) >= count  # most documents have no part: the field is whole
        joined = self._joined(found) if joins else {}
        if others or joined:
            found = {**others, **found, **joined}
            found = {place: found[place] for place in sorted(found)}
        named = {self._names[place]: value for place, value in found.items() if place < count}
        if self._profile.other_fields:
            known = self._keys.whole
            named |= _others({key: value for key, value in fields.items() if not known(key)})
        return named

    def _found(self, fields: Fields) -> tuple[dict[int, object], dict[int, object]]:
        """By the place of the field in the profile: its value at the first place that has one, and
        a value that counts where no other place has one: a 0, a reduced price that is not paid."""
        found: dict[int, object] = {}
        others: dict[int, object] = {}
        containers: dict[str, object] = {}  # opened: many fields look inside one
        for field, places in self._keys.places(fields):
            for candidate, key in places:
                given = fields[key]
                if given is None or (isinstance(given, str) and candidate.steps):
                    continue
                if isinstance(given, dict | list):
                    if key not in containers:
                        containers[key] = opened(given)
                    given = containers[key]
                if (value := self._value(candidate, given)) is None:
                    continue
                spelling = self._spellings[field][candidate.rank]
                if (spelling.zero_means_none and is_zero(value)) or (
                    spelling.reduced and self._no_sale(field, fields)
                ):
                    others.setdefault(field, value)
                else:
                    found[field] = value
                    break
        return found, others

    def _no_sale(self, field: int, fields: Fields) -> bool:
        """Whether the document says that the field's reduced price is not paid now."""
        return is_outside(fields, self._fields[field].reduced_during, self._now)

    def _value(self, candidate: Candidate, given: object) -> object:
        """The field's value at the place, of which `given` is the key's value, opened; None where
        there is none."""
        field, rank, _, _, steps = candidate
        value = inside_opened(given, steps) if steps else given
        value = present(value, MAX_DEPTH - 1, self._languages[field])
        if value is None or self._as_written[field][rank]:
            return value
        _, says_opposite, in_cents, _, _ = self._spellings[field][rank]
        if says_opposite:
            value = negated(value)
        if self._changes[field]:
            return as_asked(value, self._fields[field])
        return multiplied(value, HUNDREDTH) if in_cents else value

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


@lru_cache(maxsize=4096)
def _as_written(spellings: tuple[Spelling, ...], changes: bool) -> tuple[bool, ...]:
    """Of each spelling, whether values under it are read as they are written."""
    return tuple(not (changes or each.says_opposite or each.in_cents) for each in spellings)


@lru_cache(maxsize=64)
def _document_keys(spellings: tuple[tuple[Spelling, ...], ...]) -> DocumentKeys:
    return DocumentKeys([[spelling.text for spelling in field] for field in spellings])


@lru_cache(maxsize=64)
def _wrappers(paths: tuple[str, ...]) -> Wrappers:
    return Wrappers(paths)


def _others(fields: Fields) -> dict[str, object]:
    """Fields that no profile names, as they are."""
    pairs = ((name, present(given, MAX_DEPTH - 1, None)) for name, given in fields.items())
    return {name: value for name, value in pairs if value is not None}
