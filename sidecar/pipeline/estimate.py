"""About how many tokens a request will cost, before any text is read: what admission decides by.

one pair         query + prompt + document, at most what the model takes
long document    each of its windows, with the query and the header repeated for each
vectors          the document again, for each signal that compares them
fields alone     a pair of its own for each, with the query again
Shapley values   half a pair for every set of the fields, of the longest documents
spans            each text again, and the query for each sentence

Only long documents are looked into: for what the others hold, their size will do.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from sidecar.explain import MAX_SHAPLEY_FIELDS, coalition_count
from sidecar.lengths import MEAN_CHARACTERS_PER_TOKEN
from sidecar.pipeline.encoded_texts import encoded_signals
from sidecar.profile import FieldProfile, Profile
from sidecar.request import Document, RankRequest

SPECIAL_TOKENS = 3
UNREAD_HEADER = 64
"""Tokens above the windows of a string that may turn out to hold fields: a title, some names."""
FULL = 0.8
"""Share of a window's length that is used: they end with sentences. So documents of 3 to 60 KB made
of the demo's texts were estimated at 0.7 to 1.5 times their tokens (1.0 to 2.1 for JSON in strings
under `ecommerce`, which leaves half of its keys unread)."""
SENTENCE = 100
"""Characters, about."""
_DEFAULT = FieldProfile()


def estimate(request: RankRequest, profile: Profile, max_tokens: int) -> int:
    """Tokens of all pairs; `max_tokens` is what the model takes of one."""
    characters = _query_characters(request.query, max_tokens)
    query = _tokens(characters) + SPECIAL_TOKENS
    windowed = (
        request.cut is not None
        and request.max_document_tokens is None
        and request.max_pair_tokens is None
    )
    alone_too = any(field.score == "alone" for field in profile.fields.values())
    work = _Work(profile, query, max_tokens, windowed, alone_too)
    alone = request.spans is not None and request.spans.alone
    tokens = 0 if alone else sum(map(work.of, request.documents))
    lengths = [document.size for document in request.documents]
    if not alone and (signals := encoded_signals(profile)):
        tokens += len(signals) * estimate_tokens(0, lengths, max_tokens)
    if request.control.shapley:
        extra = sorted(lengths)[-request.control.shapley :]
        fields = min(MAX_SHAPLEY_FIELDS, max(map(_fields, request.documents)))
        tokens += coalition_count(fields) * estimate_tokens(characters, extra, max_tokens) // 2
    if request.spans is not None:
        most = profile.long.budget_tokens * MEAN_CHARACTERS_PER_TOKEN
        chosen = [min(length, most) for length in lengths]
        chosen = sorted(chosen)[-request.top_n :] if request.top_n else chosen
        sentences = sum(chosen) // SENTENCE + len(chosen)
        tokens += estimate_tokens(characters, [SENTENCE], max_tokens) * sentences
    return tokens


def _query_characters(query: str, max_tokens: int) -> int:
    """Of the query as the model will read it: one that leaves a document no room is cut to half."""
    most = max_tokens * MEAN_CHARACTERS_PER_TOKEN
    return len(query) if len(query) < most else most // 2


@dataclass(frozen=True, slots=True)
class _Work:
    """What a document costs under a profile, beside a query of `query` tokens."""

    profile: Profile
    query: int
    max_tokens: int
    windowed: bool
    alone_too: bool
    """Whether the profile has fields that are pairs of their own."""

    def of(self, document: Document) -> int:
        """Tokens of the document's pairs."""
        whole = self.query + _tokens(document.size)
        if whole <= self.max_tokens:
            return whole + self._alone(document)
        longest, others = self._lengths(document)
        if self.query + longest + others <= self.max_tokens or not self.windowed:
            return min(self.max_tokens, self.query + longest + others) + self._alone(document)
        return self._windows(longest, others) + self._alone(document)

    def _windows(self, longest: int, others: int) -> int:
        """As `passage_pairs` cuts: the longest field in windows, the others above each of them."""
        long = self.profile.long
        room = max(1, self.max_tokens - self.query)
        header = min(others, room // 2)
        size = max(1, min(room - header, max(long.window_tokens, header)))
        read = math.ceil(min(longest / (1 - long.overlap), long.budget_tokens))
        return read + math.ceil(read / (size * FULL)) * (self.query + header)

    def _lengths(self, document: Document) -> tuple[int, int]:
        """Tokens of the longest field of the passage, and of its others together."""
        if document.text is not None:
            total = _tokens(document.size)
            fields = self.profile.parse and document.text.lstrip()[:3].startswith(("{", "---"))
            header = min(UNREAD_HEADER, total) if fields else 0
            return total - header, header
        lengths = sorted(self._characters(document.fields).values())
        longest = lengths[-1] if lengths else 0
        others = sum(lengths) - longest
        return _tokens(longest), _tokens(others)

    def _characters(self, fields: Mapping[str, object]) -> dict[str, int]:
        """Characters of each field that the composed passage holds, about."""
        lengths = {}
        for name, value in fields.items():
            field = self._field(name)
            if field is None or not field.weight or field.score == "alone":
                continue
            length = len(name) + _length(value)
            lengths[name] = min(length, field.limit or length)
        return lengths

    def _alone(self, document: Document) -> int:
        if not self.alone_too:
            return 0
        alone = {
            name: min(self.max_tokens, self.query + _length(value) // MEAN_CHARACTERS_PER_TOKEN)
            for name, value in document.fields.items()
            if (field := self._field(name)) is not None and field.weight and field.score == "alone"
        }
        return sum(alone.values())

    def _field(self, name: str) -> FieldProfile | None:
        """How the profile reads a key; None where it does not."""
        if (field := self.profile.fields.get(name)) is not None:
            return field
        for field in self.profile.fields.values():
            if name in field.aliases:
                return field
        return _DEFAULT if self.profile.other_fields or not self.profile.fields else None


def _tokens(characters: int) -> int:
    """Tokens of a text of so many characters, about."""
    return -(-characters // MEAN_CHARACTERS_PER_TOKEN)


def _length(value: object) -> int:
    """Characters of a value as text, about; numbers have a few."""
    if isinstance(value, str):
        return len(value)
    if isinstance(value, Mapping):
        return sum(len(str(key)) + _length(part) for key, part in value.items())
    if isinstance(value, list | tuple):
        return sum(map(_length, value))
    return 4


def _fields(document: Document) -> int:
    """How many fields a document may turn out to have; a string may hold any number."""
    return len(document.fields) if document.text is None else MAX_SHAPLEY_FIELDS


def estimate_tokens(query_characters: int, passage_characters: list[int], max_tokens: int) -> int:
    """About how many tokens the pairs of a request will have; none has more than `max_tokens`."""
    return sum(
        min(
            max_tokens,
            _tokens(query_characters + length) + SPECIAL_TOKENS,
        )
        for length in passage_characters
    )
