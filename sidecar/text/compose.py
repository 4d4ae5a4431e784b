"""A document's passage: the segments that the model reads beside the query, in order.

Plain text is one segment without a label. Named fields become `label: value` segments, one per
line, in the order of the profile. The weights of a search do not move them: the model would read
another text, and a heavier field could lower a document that matches in it. Values are read so:

    "red"                      red
    12.5, 38.0, true           12.5, 38, true
    null, "", [], {}           the field is left out
    ["red", "blue"]            red, blue
    {"size": "M", "fit": 2}    size: M, fit: 2
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

from sidecar.lengths import MAX_CHARACTERS_PER_TOKEN
from sidecar.request import Cut
from sidecar.search import Fields
from sidecar.text.field_profile import DocumentProfile, FieldProfile
from sidecar.text.offsets import Plain

_DEFAULT = FieldProfile()


class Segment(NamedTuple):
    """A labelled piece of a passage. `text` holds the label; the value begins at `start`."""

    field: str
    text: str
    start: int = 0
    quota: int | None = None
    plain: Callable[[], Plain] | None = None
    """What the value is of an original that held HTML; worked out where a place is asked for."""

    def place(self, start: int, end: int) -> tuple[int, int]:
        """[start, end) of `text` as code points of the value, or of its original."""
        start, end = max(0, start - self.start), max(0, end - self.start)
        if self.plain is None:
            return start, end
        plain = self.plain()
        end = min(end, len(plain.text))
        return plain.original(start, end) if start < end else (0, 0)


class Alone(NamedTuple):
    """A field that is a pair of its own, with the weight of its logit."""

    segment: Segment
    weight: float


class Passage(NamedTuple):
    segments: tuple[Segment, ...]
    alone: tuple[Alone, ...] = ()
    cut: bool = False
    """True when characters were left out to stay within the budget."""


_segment = partial(tuple.__new__, Segment)
_passage = partial(tuple.__new__, Passage)
"""Of all values in a tuple: a named tuple's own constructor takes twice as long, and a page of hits
has 500 segments."""


class _Reading(NamedTuple):
    """How a field is read."""

    head: str
    """Its label before the value."""
    start: int
    """Where the value begins."""
    limit: int | None
    quota: int | None
    alone: float | None
    """Its weight where it is a pair of its own."""


class Composer:
    """Composes documents' passages under one profile."""

    def __init__(self, profile: DocumentProfile, budget_tokens: int, cut: Cut = "right") -> None:
        """A passage has at most `budget_tokens * MAX_CHARACTERS_PER_TOKEN` characters; the first
        fields are cut last."""
        self._limit = budget_tokens * MAX_CHARACTERS_PER_TOKEN
        self._cut = cut
        self._readings = {name: _reading(name, field) for name, field in profile.fields.items()}

    def compose(
        self,
        source: str | Fields,
        plain: Mapping[str, Callable[[], Plain]] = MappingProxyType({}),
    ) -> Passage:
        """The passage of a plain text or of fields under the profile's names.

        `plain` has, by field, those that are the text of HTML; under "" the plain text.
        """
        if isinstance(source, str):
            segment = Segment("", source, plain=plain.get(""))
            if len(source) <= self._limit:
                return Passage((segment,))
            return _cut_characters([segment], (), self._limit, self._cut)
        composed: list[Segment] = []
        alone: list[Alone] = []
        characters = 0
        for name, value in source.items():
            try:
                reading = self._readings[name]
            except KeyError:
                reading = _reading(name, _DEFAULT)
            if reading is None:
                continue
            text = value if isinstance(value, str) else read_value(value)
            if not text:
                continue
            head, start, limit, quota, weight = reading
            if limit is not None and len(text) > limit:
                text = _first_words(text, limit)
            original = plain.get(name) if plain else None
            whole = f"{head}{text}\n"
            segment = _segment((name, whole, start, quota, original))
            if weight is None:
                composed.append(segment)
                characters += len(whole)
            else:
                alone.append(Alone(segment, weight))
        if characters <= self._limit:
            return _passage((tuple(composed), tuple(alone), False))
        return _cut_characters(composed, tuple(alone), self._limit, self._cut)


def compose(
    source: str | Fields,
    profile: DocumentProfile,
    budget_tokens: int,
    cut: Cut = "right",
    plain: Mapping[str, Callable[[], Plain]] = MappingProxyType({}),
) -> Passage:
    """The passage of one document, see `Composer`."""
    return Composer(profile, budget_tokens, cut).compose(source, plain)


def _reading(name: str, field: FieldProfile) -> _Reading | None:
    """How the field is read; None where it is left out."""
    if not field.weight:
        return None
    label = name if field.label is None else field.label
    alone = field.weight if field.score == "alone" else None
    head = f"{label}: " if label else ""
    return _Reading(head, len(head), field.limit, field.quota, alone)


def read_value(value: object) -> str:
    """A field's value as text; see the table above. Returns "" for what is left out."""
    # The commonest kinds first, and no generators: a shop's document has scores of values. `dict`
    # before `Mapping`, whose check takes seven times as long.
    match value:
        case str():
            return value
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float() if value.is_integer() and abs(value) < 1e15:
            return str(int(value))  # 38.0 and 38 are the same number in JSON, and the same size
        case dict() | Mapping():
            return ", ".join(
                [
                    f"{key}: {text}"
                    for key, part in value.items()
                    if (text := part if isinstance(part, str) else read_value(part))
                ]
            )
        case list() | tuple():
            return ", ".join([text for part in value if (text := read_value(part))])
        case _:
            return str(value)


def _first_words(text: str, limit: int) -> str:
    """At most `limit` characters, cut at a space where there is one."""
    head = text[: limit + 1]
    end = head.rfind(" ")
    return head[:end].rstrip(" ,;") if end > 0 else head[:limit]


def share(lengths: Sequence[int], quotas: Sequence[int | None], room: int) -> list[int]:
    """Tokens that each segment gets of `room`, in the order of the segments.

    When all fit, all get what they need. Otherwise each first gets up to its quota, and the first
    segments that need more share what is left.
    """
    if sum(lengths) <= room:
        return list(lengths)
    given = []
    for length, quota in zip(lengths, quotas, strict=True):
        part = min(length, quota or 0, room)
        given.append(part)
        room -= part
    for place, length in enumerate(lengths):
        more = min(length - given[place], room)
        given[place] += more
        room -= more
    return given


def _cut_characters(
    segments: list[Segment], alone: tuple[Alone, ...], limit: int, cut: Cut
) -> Passage:
    """The passage of segments that have more characters than the limit."""
    fitting: list[Segment] = []
    left = limit
    for segment in segments if cut == "right" else reversed(segments):
        text = segment.text[:left] if cut == "right" else segment.text[-left:]
        dropped = 0 if cut == "right" else len(segment.text) - len(text)
        fitting.append(segment._replace(text=text, start=segment.start - dropped))
        left -= len(text)
        if left <= 0:
            break
    return Passage(tuple(fitting if cut == "right" else reversed(fitting)), alone, cut=True)
