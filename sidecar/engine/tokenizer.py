"""(query, passages) to pairs of token ids. The only file that knows `tokenizers`.

The prompt's fixed pieces are encoded once per model, the query once per request, and each
passage once; a pair's ids are spliced from them. Only the document is ever cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from sidecar.engine.manifest import TOKENIZER, Manifest
from sidecar.errors import InputTooLong, ModelError
from sidecar.model import Cut
from sidecar.text.compose import CHARACTERS_PER_TOKEN, Passage

Ids = NDArray[np.int64]
MIN_DOCUMENT_TOKENS = 16
"""A query that leaves a document less than this is refused: the scores would mean nothing."""


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """One model input: ids of shape (length,), the segment of each (or None), and if it was cut."""

    ids: Ids
    segments: Ids | None
    truncated: bool = False

    def __len__(self) -> int:
        return len(self.ids)


class PairTokenizer:
    """Encodes pairs for one model. Safe to use from several threads."""

    def __init__(self, tokenizer: Tokenizer, manifest: Manifest) -> None:
        """Raises ModelError when the tokenizer lacks the padding token."""
        self._tokenizer = tokenizer
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self.max_tokens = manifest.max_tokens
        self._segments = manifest.prompt.segments
        self._pieces: list[str | list[int]] = [
            piece if piece in ("{query}", "{document}") else self._literal(piece, manifest)
            for piece in manifest.prompt.pieces
        ]
        self._fixed = sum(len(piece) for piece in self._pieces if isinstance(piece, list))
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
        return self.max_tokens - self._fixed

    def encode(
        self,
        query: str,
        passages: Sequence[Passage],
        *,
        cut: Cut | None = "right",
        max_document_tokens: int | None = None,
    ) -> list[Pair]:
        """One pair per passage, none longer than the model's `max_tokens`.

        Raises InputTooLong: the query leaves no room for a document, or `cut` is None and a
        passage does not fit.
        """
        query_ids = self._encode_query(query)
        room = self.document_tokens - len(query_ids)
        budget = min(room, max_document_tokens or room)
        pairs = []
        for index, document_ids in enumerate(self._encode_passages(passages)):
            too_long = passages[index].cut or len(document_ids) > budget
            if too_long and cut is None:
                raise InputTooLong(
                    f"document {index} has more than the {budget} tokens that fit beside the query"
                )
            kept = document_ids[-budget:] if cut == "left" else document_ids[:budget]
            pairs.append(self._pair(query_ids, kept, too_long))
        return pairs

    def _encode_query(self, query: str) -> list[int]:
        most = self.document_tokens - MIN_DOCUMENT_TOKENS
        refusal = InputTooLong(f"$.query: more than the {most} tokens that this model can take")
        if len(query) > most * CHARACTERS_PER_TOKEN:
            raise refusal  # not worth tokenising
        ids: list[int] = self._tokenizer.encode(query, add_special_tokens=False).ids
        if len(ids) > most:
            raise refusal
        return ids

    def _encode_passages(self, passages: Sequence[Passage]) -> list[list[int]]:
        texts = [segment.text for passage in passages for segment in passage.segments]
        encodings = iter(self._tokenizer.encode_batch_fast(texts, add_special_tokens=False))
        return [
            [token for _ in passage.segments for token in next(encodings).ids]
            for passage in passages
        ]

    def _pair(self, query_ids: list[int], document_ids: list[int], truncated: bool) -> Pair:
        slots = {"{query}": query_ids, "{document}": document_ids}
        parts = [slots[piece] if isinstance(piece, str) else piece for piece in self._pieces]
        ids = np.array([token for part in parts for token in part], dtype=np.int64)
        if self._segments is None:
            return Pair(ids, None, truncated)
        lengths = [len(part) for part in parts]
        return Pair(ids, np.repeat(np.array(self._segments, dtype=np.int64), lengths), truncated)

    def _literal(self, piece: str, manifest: Manifest) -> list[int]:
        text = piece.replace("{instruction}", manifest.prompt.instruction or "")
        return list(self._tokenizer.encode(text, add_special_tokens=False).ids)
