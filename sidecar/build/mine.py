"""A sentence encoder: it finds hard negatives and is the teacher of the distillation."""

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from transformers import BertModel

MAX_TOKENS = 128
TOP = 120

Vectors = NDArray[np.float32]


class BiEncoder:
    """Mean-pooled, normalised vectors of texts; each text is encoded once."""

    def __init__(self, folder: Path) -> None:
        self._model = BertModel.from_pretrained(folder, add_pooling_layer=False).eval()
        self._tokenizer = open_tokenizer(folder)
        self._known: dict[str, Vectors] = {}

    def vectors(self, texts: list[str]) -> Vectors:
        missing = sorted({t for t in texts if t not in self._known}, key=len)
        for start in range(0, len(missing), 64):
            batch = missing[start : start + 64]
            for text, vector in zip(batch, self._encode(batch), strict=True):
                self._known[text] = vector
        return np.stack([self._known[text] for text in texts])

    def rank(self, queries: list[str], documents: list[str]) -> list[list[int]]:
        """For each query the places of the documents, nearest first, then some at random."""
        matrix = self.vectors(documents)
        rng = np.random.default_rng(len(queries))
        ranked = []
        for query in self.vectors(queries):
            order = np.argsort(-(matrix @ query))[:TOP].tolist()
            ranked.append(order + rng.integers(len(documents), size=20).tolist())
        return ranked

    def cosines(self, query: str, documents: tuple[str, ...]) -> list[float]:
        found: list[float] = (self.vectors(list(documents)) @ self.vectors([query])[0]).tolist()
        return found

    def _encode(self, texts: list[str]) -> Vectors:
        encoded = [e.ids[:MAX_TOKENS] for e in self._tokenizer.encode_batch(texts)]
        ids = torch.zeros(len(texts), max(map(len, encoded)), dtype=torch.long)
        for i, one in enumerate(encoded):
            ids[i, : len(one)] = torch.tensor(one)
        mask = (torch.arange(ids.shape[1]) < torch.tensor([[len(e)] for e in encoded])).long()
        with torch.no_grad(), torch.autocast("cpu", dtype=torch.bfloat16):
            states = self._model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        mean = (states * mask.unsqueeze(-1)).sum(1) / mask.sum(1, keepdim=True)
        return np.asarray(torch.nn.functional.normalize(mean, dim=-1).numpy(), dtype=np.float32)


def open_tokenizer(folder: Path) -> Tokenizer:
    """The folder's tokenizer, stripped of the truncation and padding that the file may set."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer
