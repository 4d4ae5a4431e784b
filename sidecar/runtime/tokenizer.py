"""Texts to token ids, and ids to pairs. With `special_tokens` all that knows `tokenizers`.

The prompt's fixed pieces are encoded once per model, those with the query once per request, each
text once; a pair's ids are spliced from them. A query is cut only when it leaves a
document no room.

Spliced ids are those of the whole string where each piece begins at a border that the tokenizer
never crosses: a special token, or (Qwen's byte-level BPE) the space after the colon in
`["...<Document>:", " {document}"]`. No token of its pre-tokeniser holds a colon and the space
behind it, and none depends on the text before it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

import numpy as np
from tokenizers import Encoding, Tokenizer

from sidecar.errors import InputTooLong, ModelError
from sidecar.lengths import MAX_CHARACTERS_PER_TOKEN
from sidecar.runtime.manifest import DOCUMENT, SLOTS, TOKENIZER, Manifest, Padding, Prompt
from sidecar.runtime.session import ModelInput
from sidecar.runtime.special_tokens import for_texts, unknown_id

MIN_DOCUMENT_TOKENS = 16
"""A query that leaves a document less than this is too long: the scores would mean nothing."""
Side = Literal["right", "left"]
"""The end at which a text is cut."""
_SLOT = re.compile("|".join(map(re.escape, SLOTS)))


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text's ids, and with them where they lie in it if that was asked for."""

    ids: list[int]
    located: Encoding | None

    @property
    def spans(self) -> list[tuple[int, int]] | None:
        """The code points of each token in the text."""
        return None if self.located is None else self.located.offsets


@dataclass(frozen=True, slots=True)
class EncodedQuery:
    """The query's pieces around a document: what is the same in every pair of a request."""

    text: str
    """The query, or what was left of it when it was cut."""
    parts: tuple[tuple[int, ...] | None, ...]
    """Ids per prompt piece; None where the document goes."""
    room: int
    """Ids left for a document."""


class PairFormat(Protocol):
    """What a pair looks like: of a Manifest, or of a model that is being built."""

    @property
    def max_tokens(self) -> int:
        """Longest pair, prompt pieces included."""

    @property
    def prompt(self) -> Prompt:
        """The pieces of a pair in order."""

    @property
    def padding(self) -> Padding:
        """The padding token, and its side."""


class PairTokenizer:
    """Encodes texts and pairs for one model. Safe to use from several threads."""

    def __init__(self, tokenizer: Tokenizer, manifest: PairFormat) -> None:
        """Raises ModelError: no such padding token, or a special token in a piece with a slot."""
        self._tokenizer = tokenizer
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.max_tokens = manifest.max_tokens
        self._segments = manifest.prompt.segments
        self._instruction = manifest.prompt.instruction or ""
        self._pieces = manifest.prompt.pieces
        (place,) = (i for i, piece in enumerate(self._pieces) if DOCUMENT in piece)
        self._document = self._pieces[place]
        self.lead = self._document.removesuffix(DOCUMENT)
        """What a document's text begins with, to be encoded with it: " " in Qwen's prompt."""
        pad_id = tokenizer.token_to_id(manifest.padding.token)
        if pad_id is None:
            raise ModelError(f"the tokenizer has no padding token {manifest.padding.token!r}")
        self.pad_id: int = pad_id
        self.unknown_id = unknown_id(tokenizer)
        """Of what the vocabulary lacks; None where it lacks nothing."""
        # What no request changes is encoded here, while special tokens are read as such.
        as_marks = {piece: self._ids(piece) for piece in self._pieces}
        self._literals = {piece: ids for piece, ids in as_marks.items() if not _SLOT.search(piece)}
        self._tokenizer = for_texts(tokenizer, {i for ids in self._literals.values() for i in ids})
        for piece in as_marks.keys() - self._literals.keys():
            if self._ids(piece) != as_marks[piece]:
                raise ModelError(f"prompt piece {piece!r} holds a special token beside a slot")
        self._lead_ids = self._ids(self.lead)

    @classmethod
    def open(cls, folder: Path, manifest: Manifest) -> "PairTokenizer":
        """The folder's tokenizer. Raises ModelError when it cannot be read."""
        try:
            tokenizer = Tokenizer.from_file(str(folder / TOKENIZER))
        except Exception as fault:  # the library raises bare Exception
            raise ModelError(f"{folder / TOKENIZER} is not a tokenizer: {fault}") from None
        return cls(tokenizer, manifest)

    @property
    def document_tokens(self) -> int:
        """Ids left for a document when the query is empty."""
        return self.query("").room

    @property
    def max_query_characters(self) -> int:
        """Text beyond so many characters is never tokenised."""
        return self.max_tokens * MAX_CHARACTERS_PER_TOKEN

    def query(
        self,
        text: str,
        instruction: str | None = None,
        *,
        cut: Side | None = None,
        max_tokens: int | None = None,
        max_pair_tokens: int | None = None,
    ) -> EncodedQuery:
        """The query's part of every pair.

        A query is too long when a pair, which has at most `max_pair_tokens`, is left with fewer
        than MIN_DOCUMENT_TOKENS for its document (than one, if the caller set a lower number of
        tokens). It is cut to half of what the prompt leaves, as it is where both texts of a pair
        are long and the longer one is cut first. One that fits is cut to `max_tokens`.

        Raises InputTooLong when the query is too long and `cut` is None, or when the prompt and
        the instruction alone leave no room.
        """
        instruction = instruction or self._instruction
        characters = self.max_query_characters - len(instruction)
        pair = min(self.max_tokens, max_pair_tokens or self.max_tokens)
        used = self.max_tokens - pair
        least = max(MIN_DOCUMENT_TOKENS, used + 1)
        if len(text) <= characters:
            text = self._shortened(text, max_tokens, cut) if max_tokens and cut else text
            query = self._encoded_query(text, instruction)
            if query.room >= least:
                return query
        if cut is None:
            raise InputTooLong(
                f"$.query: too long; with the prompt it may have "
                f"{self.max_tokens - least} tokens in this model"
            )
        prompt = self._encoded_query("", instruction) if characters > 0 else None
        if prompt is None or prompt.room <= least:
            raise InputTooLong(
                f"the prompt and the instruction leave no room for a query in {pair} tokens"
            )
        budget = min(max(1, (prompt.room - used) // 2), prompt.room - least)
        budget = min(budget, max_tokens or budget)
        text = text[:characters] if cut == "right" else text[-characters:]
        while budget > 0:
            query = self._encoded_query(self._shortened(text, budget, cut), instruction)
            if query.room >= least:
                return query
            budget -= least - query.room  # in the prompt a text may have more tokens than alone
        return prompt

    def _encoded_query(self, text: str, instruction: str) -> EncodedQuery:
        """The query within the prompt, whatever room it leaves."""
        values = {"{query}": text, "{instruction}": instruction}
        parts = tuple(self._part(piece, values) for piece in self._pieces)
        room = self.max_tokens - sum(len(part) for part in parts if part is not None)
        return EncodedQuery(text, parts, room)

    def _shortened(self, text: str, max_tokens: int, cut: Side) -> str:
        """The text's first tokens (`cut` "left": its last), and no part of a word, unless that
        would cost half of them."""
        encoding = self._tokenizer.encode(text, add_special_tokens=False)
        beyond = len(encoding.ids) - max_tokens
        if beyond <= 0:
            return text
        words, spans = encoding.word_ids, encoding.offsets
        if cut == "right":
            end = max_tokens
            while end and words[end - 1] == words[max_tokens]:
                end -= 1
            return text[: spans[(end if end > max_tokens // 2 else max_tokens) - 1][1]]
        start = beyond
        while start < len(words) and words[start] == words[beyond - 1]:
            start += 1
        return text[spans[start if len(words) - start > max_tokens // 2 else beyond][0] :]

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of each text, without special tokens."""
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [encoding.ids for encoding in encodings]

    def locate(self, texts: Sequence[str], longer_than: int) -> list[Encoded]:
        """As `encode`; of texts with more characters than `longer_than` with their tokens' places.

        Those cost a quarter more, and encoding such a text again for them as much as twice.
        """
        long = [text for text in texts if len(text) > longer_than]
        if not long:
            return [Encoded(ids, None) for ids in self.encode(texts)]
        short = iter(self.encode([text for text in texts if len(text) <= longer_than]))
        located = iter(self._tokenizer.encode_batch(long, add_special_tokens=False))
        return [
            Encoded((encoding := next(located)).ids, encoding)
            if len(text) > longer_than
            else Encoded(next(short), None)
            for text in texts
        ]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where each token of the text lies in it, in code points."""
        return list(self._tokenizer.encode(text, add_special_tokens=False).offsets)

    def pair(self, query: EncodedQuery, document_ids: Sequence[int]) -> ModelInput:
        """The whole input of a query and a document, its lead included, that fits its room."""
        document_ids = document_ids if len(document_ids) else self._lead_ids
        parts = [document_ids if part is None else part for part in query.parts]
        ids = np.array([token for part in parts for token in part], dtype=np.int64)
        if self._segments is None:
            return ModelInput(ids, None)
        lengths = [len(part) for part in parts]
        return ModelInput(ids, np.repeat(np.array(self._segments, dtype=np.int64), lengths))

    def whole(self, query: EncodedQuery, document: str) -> ModelInput:
        """The pair of a query and a plain text, of which what fits is kept."""
        (ids,) = self.encode([self.lead + document])
        return self.pair(query, ids[: query.room])

    def _part(self, piece: str, values: dict[str, str]) -> tuple[int, ...] | None:
        if piece == self._document:
            return None
        if piece in self._literals:
            return self._literals[piece]
        # In one pass: a query that spells {instruction} does not get it.
        return self._ids(_SLOT.sub(lambda slot: values.get(slot[0], ""), piece))

    def _ids(self, text: str) -> tuple[int, ...]:
        return tuple(self._tokenizer.encode(text, add_special_tokens=False).ids)
