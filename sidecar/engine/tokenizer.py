"""Texts to token ids, and ids to pairs. The only file that knows `tokenizers`.

The prompt's fixed pieces are encoded once per model, the query once per request, each text once;
a pair's ids are spliced from them. Only the document is ever cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from sidecar.engine.manifest import TOKENIZER, Manifest
from sidecar.errors import InputTooLong, ModelError
from sidecar.text.compose import CHARACTERS_PER_TOKEN

Ids = NDArray[np.int64]
MIN_DOCUMENT_TOKENS = 16
"""A query that leaves a document less than this is refused: the scores would mean nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """One model input: ids of shape (length,), and the segment of each (or None)."""

    ids: Ids
    segments: Ids | None

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class EncodedQuery:
    """The query's pieces around a document: what is the same in every pair of a request."""

    parts: tuple[tuple[int, ...] | None, ...]
    """Ids per prompt piece; None where the document goes."""
    room: int
    """Ids left for a document."""


class PairTokenizer:
    """Encodes texts and pairs for one model. Safe to use from several threads."""

    def __init__(self, tokenizer: Tokenizer, manifest: Manifest) -> None:
        """Raises ModelError when the tokenizer lacks the padding token."""
        self._tokenizer = tokenizer
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.max_tokens = manifest.max_tokens
        self._segments = manifest.prompt.segments
        self._instruction = manifest.prompt.instruction or ""
        self._pieces = manifest.prompt.pieces
        # Pieces that no request changes are encoded here, while special tokens are read as such.
        self._literals = {
            piece: self._ids(piece)
            for piece in self._pieces
            if piece not in ("{query}", "{document}") and "{instruction}" not in piece
        }
        pad_id = tokenizer.token_to_id(manifest.padding.token)
        if pad_id is None:
            raise ModelError(f"the tokenizer has no padding token {manifest.padding.token!r}")
        self.pad_id: int = pad_id
        # From here on a text that spells a special token is text: no document closes its own turn.
        self._tokenizer.encode_special_tokens = True

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

    def query(self, text: str, instruction: str | None = None) -> EncodedQuery:
        """The query's part of every pair.

        Raises InputTooLong when it leaves a document fewer than MIN_DOCUMENT_TOKENS.
        """
        most = self.max_tokens * CHARACTERS_PER_TOKEN
        ids = self._ids(text) if len(text) <= most else None  # else not worth tokenising
        parts = tuple(self._part(piece, ids or (), instruction) for piece in self._pieces)
        room = self.max_tokens - sum(len(part) for part in parts if part is not None)
        if ids is None or room < MIN_DOCUMENT_TOKENS:
            fits = self.max_tokens - MIN_DOCUMENT_TOKENS
            raise InputTooLong(
                f"$.query: too long; with the prompt it may have {fits} tokens in this model"
            )
        return EncodedQuery(parts, room)

    def encode(self, texts: Sequence[str]) -> list[list[int]]:
        """Ids of each text, without special tokens."""
        encodings = self._tokenizer.encode_batch_fast(list(texts), add_special_tokens=False)
        return [encoding.ids for encoding in encodings]

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where each token of the text lies in it, in code points."""
        offsets: list[tuple[int, int]] = self._tokenizer.encode(
            text, add_special_tokens=False
        ).offsets
        return offsets

    def pair(self, query: EncodedQuery, document_ids: Sequence[int]) -> Pair:
        """The whole input of a query and a document that fits its room."""
        parts = [document_ids if part is None else part for part in query.parts]
        ids = np.array([token for part in parts for token in part], dtype=np.int64)
        if self._segments is None:
            return Pair(ids, None)
        lengths = [len(part) for part in parts]
        return Pair(ids, np.repeat(np.array(self._segments, dtype=np.int64), lengths))

    def _part(
        self, piece: str, query_ids: Sequence[int], instruction: str | None
    ) -> tuple[int, ...] | None:
        if piece == "{document}":
            return None
        if piece == "{query}":
            return tuple(query_ids)
        if piece in self._literals:
            return self._literals[piece]
        return self._ids(piece.replace("{instruction}", instruction or self._instruction))

    def _ids(self, text: str) -> tuple[int, ...]:
        return tuple(self._tokenizer.encode(text, add_special_tokens=False).ids)
