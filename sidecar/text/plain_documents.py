"""Documents without the HTML of their texts, and where these texts stand in the originals.

Fields of weight 0 are left as they are: the model does not read them, and signals, which read few
of them, read them `without_markup`.
"""

from collections.abc import Callable, Mapping
from functools import cache, partial
from types import MappingProxyType
from typing import NamedTuple

from sidecar.search import Fields
from sidecar.text.compose import read_value
from sidecar.text.field_profile import DocumentProfile, FieldProfile
from sidecar.text.html import without_html
from sidecar.text.offsets import Plain, joined
from sidecar.text.values import WITHOUT_TEXT


class PlainDocument(NamedTuple):
    """A document as `read` gives it, without the HTML of what the model reads."""

    content: str | Fields
    """Plain text, or fields."""
    plain: Mapping[str, Callable[[], Plain]] = MappingProxyType({})
    """By field those that held HTML, as `compose.read_value` reads them; the plain text by "".

    Few searches ask for places in the original, so those of lists and objects are worked out when
    they do: it took half of the time of a feed with HTML among its attributes."""

    @property
    def fields(self) -> Fields:
        """None of plain text."""
        return {} if isinstance(self.content, str) else self.content

    def original(self, start: int, end: int) -> tuple[int, int]:
        """[start, end) of a plain text as offsets in what was sent."""
        plain = self.plain.get("")
        return (start, end) if plain is None else plain().original(start, end)


def plain_document(content: str | Fields, profile: DocumentProfile) -> PlainDocument:
    """The document under the profile, which may keep the HTML of all texts or of a field's."""
    if isinstance(content, str):
        found = without_html(content) if profile.html == "strip" else None
        if found is None:
            return PlainDocument(content)
        return PlainDocument(found.text, {"": partial(_itself, found)})
    changed: dict[str, object] = {}
    plain: dict[str, Callable[[], Plain]] = {}
    for name, value in content.items():
        if isinstance(value, str):
            if "<" not in value and "&" not in value:
                continue  # most texts
        elif type(value) in WITHOUT_TEXT:
            continue
        own = profile.fields.get(name)
        if (own is not None and not own.weight) or not _strips(own, profile):
            continue
        if isinstance(value, str):
            if (found := without_html(value)) is not None:
                changed[name], plain[name] = found.text, partial(_itself, found)
        elif (stripped := without_markup(value)) is not value:
            changed[name], plain[name] = stripped, cache(partial(_read, value))
    return PlainDocument({**content, **changed}, plain) if changed else PlainDocument(content)


def marked_up(profile: DocumentProfile) -> frozenset[str]:
    """The fields that `plain_document` leaves as they are, though their HTML is to be stripped."""
    fields = profile.fields.items()
    return frozenset(name for name, own in fields if not own.weight and _strips(own, profile))


def _strips(own: FieldProfile | None, profile: DocumentProfile) -> bool:
    return (profile.html if own is None or own.html is None else own.html) == "strip"


def without_markup(value: object) -> object:
    """The value with the text of each string in it; itself where none holds HTML."""
    match value:
        case str():
            found = without_html(value)
            return value if found is None else found.text
        case int() | float() | None:
            return value
        case dict() | Mapping():
            changed = {
                key: stripped
                for key, part in value.items()
                if type(part) not in WITHOUT_TEXT
                and (not isinstance(part, str) or "<" in part or "&" in part)
                and (stripped := without_markup(part)) is not part
            }
            return {**value, **changed} if changed else value
        case list() | tuple():
            items = [without_markup(item) for item in value]
            return value if items == list(value) else items
        case _:
            return value


def _itself(plain: Plain) -> Plain:
    return plain


def _read(value: object) -> Plain:
    """The value's text as `read_value` reads it, without HTML, and its place in what `read_value`
    makes of the original."""
    if isinstance(value, str):
        return without_html(value) or Plain.same(value)
    if isinstance(value, Mapping):
        return joined((_labelled(str(key), _read(part)) for key, part in value.items()), ", ")
    if isinstance(value, list | tuple):
        return joined(map(_read, value), ", ")
    return Plain.same(read_value(value))


def _labelled(key: str, part: Plain) -> Plain:
    head = f"{key}: "
    if part.text:
        return joined((Plain.same(head), part), "")
    return Plain("", (), len(head) + part.original_length if part.original_length else 0)
