"""Hard negatives and soft labels, by BM25 and a sentence encoder's cosine."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModel

from sidecar.workshop.model.bm25 import Bm25, bm25_words
from sidecar.workshop.model.pretrained import (
    check_all_layers,
    open_tokenizer,
    silence_transformers,
)

MAX_TOKENS = 192
CANDIDATES_PER_RANKING = 40
COSINE_TEMPERATURE = 0.07
"""Logit = cosine / COSINE_TEMPERATURE."""

Vectors = NDArray[np.float32]


@dataclass(frozen=True)
class MinedCandidates:
    """What a query finds in a pool of texts: indices into the pool, best first."""

    by_meaning: list[int]
    """Empty without an encoder."""
    by_words: list[int]
    logits: Vectors | None
    """The teacher's logits [pool]; None without an encoder."""


Miner = Callable[[list[str], list[str]], list[MinedCandidates]]
"""(queries, pool of texts) -> what each query finds"""


class BiEncoder:
    """Mean-pooled, normalised vectors of texts; each text is encoded once."""

    def __init__(self, folder: Path) -> None:
        """Raises ModelError when there are more layers of weights than the configuration names."""
        self._device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        silence_transformers()
        model, loading_info = AutoModel.from_pretrained(folder, output_loading_info=True)
        check_all_layers(model, loading_info, folder)
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
        for i, ids_of_text in enumerate(encoded):
            ids[i, : len(ids_of_text)] = torch.tensor(ids_of_text)
        mask = (torch.arange(ids.shape[1]) < torch.tensor([[len(e)] for e in encoded])).long()
        ids, mask = ids.to(self._device), mask.to(self._device)
        with torch.no_grad(), torch.autocast(self._device.type, dtype=torch.bfloat16):
            states = self._model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        mean = (states * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True)
        normalised = torch.nn.functional.normalize(mean, dim=-1).cpu().numpy()
        return np.asarray(normalised, dtype=np.float32)


class Teacher:
    """Logits = (cosine + `words` * BM25 over the pool) / 0.07.

    BM25 covers the rare names and numbers that an encoder misses. Without an encoder, BM25 finds
    negatives and teaches nothing.
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
        index = Bm25(map(bm25_words, pool))
        pool_vectors = None if self._encoder is None else self._encoder.vectors(pool)
        results = []
        for query in queries:
            lexical = index.scores(bm25_words(query))
            if self._encoder is None or pool_vectors is None:
                results.append(MinedCandidates([], nearest(lexical), None))
                continue
            cosines = pool_vectors @ self._encoder.vectors([query])[0]
            logits = (cosines + share * lexical) / COSINE_TEMPERATURE
            results.append(MinedCandidates(nearest(cosines), nearest(lexical), logits))
        return results

    def cosines(self, query: str, documents: tuple[str, ...]) -> tuple[float, ...]:
        """The logits of the documents by the cosine alone. Raises ValueError without an encoder."""
        if self._encoder is None:
            raise ValueError("a teacher without an encoder has no cosine")
        results = self._encoder.vectors(list(documents)) @ self._encoder.vectors([query])[0]
        return tuple((results / COSINE_TEMPERATURE).tolist())


def nearest(scores: Vectors) -> list[int]:
    results: list[int] = np.argsort(-scores, kind="stable")[:CANDIDATES_PER_RANKING].tolist()
    return results
