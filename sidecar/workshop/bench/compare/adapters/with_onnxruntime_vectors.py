"""What one writes by hand: tokenize, sort by length, padded batches, the mean of the states."""

from collections.abc import Callable
from typing import Any

import numpy as np
from with_onnxruntime import open_graph  # type: ignore[import-not-found]

PACKAGES = ("onnxruntime", "tokenizers")
PARALLEL = False


def open_model(settings: dict[str, Any]) -> Callable[[str, list[str], int], list[float]]:
    tokenizer, session = open_graph(settings)
    inputs = {item.name for item in session.get_inputs()}

    def score(query: str, documents: list[str], batch_size: int) -> list[float]:
        texts = tokenizer.encode_batch([query, *documents])
        order = sorted(range(len(texts)), key=lambda index: -len(texts[index]))
        rows: dict[int, Any] = {}
        for start in range(0, len(order), batch_size):
            indexes = order[start : start + batch_size]
            shape = (len(indexes), len(texts[indexes[0]]))
            ids = np.full(shape, settings["pad_id"], dtype=np.int64)
            mask = np.zeros_like(ids)
            for row, index in enumerate(indexes):
                ids[row, : len(texts[index])] = texts[index].ids
                mask[row, : len(texts[index])] = 1
            arrays = {
                "input_ids": ids,
                "attention_mask": mask,
                "token_type_ids": np.zeros_like(ids),
            }
            states = session.run(None, {name: arrays[name] for name in inputs})[0]
            weights = mask[:, :, None].astype(np.float32)
            rows |= zip(indexes, (states * weights).sum(1) / weights.sum(1), strict=True)
        vectors = np.stack([rows[index] for index in range(len(texts))])
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
        return (vectors[1:] @ vectors[0]).tolist()

    return score
