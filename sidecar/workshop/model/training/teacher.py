"""Hard negatives and opinions: BM25, and a sentence encoder's cosine."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import AutoModel

from sidecar.workshop.model.bm25 import Bm25
from sidecar.workshop.model.pretrained import read_tokenizer, silence_transformers

MAX_TOKENS = 192
NEAREST = 40
COSINE_TEMPERATURE = 0.07
"""A cosine becomes a logit by it."""

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class MinedCandidates:
    """What a query finds in a pool, as places in the pool, best first."""

    by_meaning: list[int]
    """Empty without an encoder."""
    by_words: list[int]
    logits: Vectors | None
    """The teacher's logit of every text of the pool; None without a teacher that knows them all."""


Miner = Callable[[list[str], list[str]], list[MinedCandidates]]
"""(queries, pool of texts) -> what each query finds."""


class BiEncoder:
    """Mean-pooled, normalised vectors of texts; each text is encoded once."""

    def __init__(self, folder: Path) -> None:
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        silence_transformers()
        model = AutoModel.from_pretrained(folder)
        self._model = model.to(self._device).eval()
        self._tokenizer = open_tokenizer(folder)
        self._known: dict[str, Vectors] = {}

    def vectors(self, texts: list[str]) -> Vectors:
        missing = sorted(dict.fromkeys(t for t in texts if t not in self._known), key=len)
        for start in range(0, len(missing), 32):
            batch = missing[start : start + 32]
            self._known.update(zip(batch, self._encode(batch), strict=True))
        return np.stack([self._known[text] for text in texts])

    def _encode(self, texts: list[str]) -> Vectors:
        encoded = [e.ids[:MAX_TOKENS] for e in self._tokenizer.encode_batch(texts)]
        ids = torch.zeros(len(texts), max(map(len, encoded)), dtype=torch.long)
        for i, one in enumerate(encoded):
            ids[i, : len(one)] = torch.tensor(one)
        mask = (torch.arange(ids.shape[1]) < torch.tensor([[len(e)] for e in encoded])).long()
        ids, mask = ids.to(self._device), mask.to(self._device)
        with torch.no_grad(), torch.autocast(self._device.type, dtype=torch.bfloat16):
            states = self._model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        mean = (states * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True)
        normalised = torch.nn.functional.normalize(mean, dim=-1).cpu().numpy()
        return np.asarray(normalised, dtype=np.float32)


class Teacher:
    """Logits = (cosine + `words` * BM25 over the pool) / 0.07.

    An encoder misses rare names and numbers; a reranker should not forget what words say. Without
    an encoder there is nothing but words, which find negatives and teach nothing.
    """

    def __init__(self, encoder: BiEncoder | None, words: float) -> None:
        self._encoder = encoder
        self._words = words

    def by_meaning(self, queries: list[str], pool: list[str]) -> list[MinedCandidates]:
        """What each query finds in the pool, with the logits of the cosine alone."""
        return self.mine(queries, pool, 0.0)

    def mine(
        self, queries: list[str], pool: list[str], words: float | None = None
    ) -> list[MinedCandidates]:
        """What each query finds in the pool."""
        if not queries:
            return []
        share = self._words if words is None else words
        index = Bm25(map(tokens, pool))
        every = None if self._encoder is None else self._encoder.vectors(pool)
        found = []
        for query in queries:
            lexical = index.scores(tokens(query))
            if self._encoder is None or every is None:
                found.append(MinedCandidates([], nearest(lexical), None))
                continue
            cosines = every @ self._encoder.vectors([query])[0]
            logits = (cosines + share * lexical) / COSINE_TEMPERATURE
            found.append(MinedCandidates(nearest(cosines), nearest(lexical), logits))
        return found

    def cosines(self, query: str, documents: tuple[str, ...]) -> tuple[float, ...]:
        """The logits of the cosine alone. Raises ValueError without an encoder."""
        if self._encoder is None:
            raise ValueError("a teacher without an encoder has no cosine")
        found = self._encoder.vectors(list(documents)) @ self._encoder.vectors([query])[0]
        return tuple((found / COSINE_TEMPERATURE).tolist())


def nearest(scores: Vectors) -> list[int]:
    found: list[int] = np.argsort(-scores, kind="stable")[:NEAREST].tolist()
    return found


def tokens(text: str) -> list[str]:
    return re.findall(r"\w+", text.lower())


def open_tokenizer(folder: Path) -> Tokenizer:
    """The folder's tokenizer, stripped of the truncation and padding that the file may set. Raises
    ModelError."""
    tokenizer = read_tokenizer(folder)
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
