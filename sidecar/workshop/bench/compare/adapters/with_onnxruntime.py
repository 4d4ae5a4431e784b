"""What one writes by hand: tokenize, sort by length, padded batches, `session.run` on all cores."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from tokenizers import Tokenizer

PACKAGES = ("onnxruntime", "tokenizers")
PARALLEL = False


def open_graph(settings: dict[str, Any]) -> tuple[Tokenizer, onnxruntime.InferenceSession]:
    """The tokenizer, which cuts and does not pad, and the graph on all threads."""
    folder = Path(settings["onnx"])
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_truncation(settings["max_tokens"])
    tokenizer.no_padding()
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = settings["threads"]
    providers = ["CPUExecutionProvider"]
    return tokenizer, onnxruntime.InferenceSession(folder / "model.onnx", options, providers)


def open_model(settings: dict[str, Any]) -> Callable[[str, list[str], int], list[float]]:
    tokenizer, session = open_graph(settings)
    inputs = {item.name for item in session.get_inputs()}

    def score(query: str, documents: list[str], batch_size: int) -> list[float]:
        pairs = tokenizer.encode_batch([(query, document) for document in documents])
        order = sorted(range(len(pairs)), key=lambda index: -len(pairs[index]))
        logits = np.zeros(len(pairs), dtype=np.float32)
        for start in range(0, len(order), batch_size):
            indexes = order[start : start + batch_size]
            shape = (len(indexes), len(pairs[indexes[0]]))
            ids = np.full(shape, settings["pad_id"], dtype=np.int64)
            mask, types = np.zeros_like(ids), np.zeros_like(ids)
            for row, index in enumerate(indexes):
                pair = pairs[index]
                ids[row, : len(pair)] = pair.ids
                mask[row, : len(pair)] = 1
                types[row, : len(pair)] = pair.type_ids
            arrays = {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}
            feed = {name: arrays[name] for name in inputs}
            logits[indexes] = session.run(None, feed)[0].reshape(-1)
        return logits.tolist()

    return score
