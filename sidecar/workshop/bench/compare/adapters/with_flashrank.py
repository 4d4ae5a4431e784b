"""FlashRank: one padded run for all documents of a request; it has no batch size."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flashrank import Ranker, RerankRequest

PACKAGES = ("flashrank", "onnxruntime")
PARALLEL = False
MODEL_NAME, MODEL_FILE = "ms-marco-MiniLM-L-12-v2", "flashrank-MiniLM-L-12-v2_Q.onnx"
"""A model that it knows, and the file that it expects: it opens no others."""
MIN_PROBABILITY = 1e-7
"""It returns float32 sigmoids; nearer than this to 0 or 1 the logit is lost."""


def open_model(settings: dict[str, Any]) -> Callable[[str, list[str], int], list[float]]:
    folder = Path(settings["scratch"]) / MODEL_NAME
    folder.mkdir(parents=True, exist_ok=True)
    for file in Path(settings["onnx"]).iterdir():
        link = folder / (MODEL_FILE if file.name == "model.onnx" else file.name)
        link.unlink(missing_ok=True)
        link.symlink_to(file)
    ranker = Ranker(MODEL_NAME, cache_dir=str(folder.parent), max_length=settings["max_tokens"])

    def score(query: str, documents: list[str], batch_size: int) -> list[float]:
        passages = [{"id": index, "text": text} for index, text in enumerate(documents)]
        logits = [0.0] * len(documents)
        for passage in ranker.rerank(RerankRequest(query=query, passages=passages)):
            score = float(passage["score"])
            probability = min(max(score, MIN_PROBABILITY), 1 - MIN_PROBABILITY)
            logits[passage["id"]] = math.log(probability / (1 - probability))
        return logits

    return score
