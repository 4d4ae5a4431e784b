"""FlashRank: one padded run for all documents of a request; it has no batch size."""

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flashrank import Ranker, RerankRequest

PACKAGES = ("flashrank", "onnxruntime")
PARALLEL = False
KNOWN, FILE = "ms-marco-MiniLM-L-12-v2", "flashrank-MiniLM-L-12-v2_Q.onnx"
"""A name that it knows and the file that it expects there: it opens no others."""
LEAST = 1e-7
"""It gives sigmoids of float32; one nearer than this to 0 or 1 has lost its logit."""


def open_model(settings: dict[str, Any]) -> Callable[[str, list[str], int], list[float]]:
    folder = Path(settings["scratch"]) / KNOWN
    folder.mkdir(parents=True, exist_ok=True)
    for file in Path(settings["onnx"]).iterdir():
        link = folder / (FILE if file.name == "model.onnx" else file.name)
        link.unlink(missing_ok=True)
        link.symlink_to(file)
    ranker = Ranker(KNOWN, cache_dir=str(folder.parent), max_length=settings["max_tokens"])

    def score(query: str, documents: list[str], batch_size: int) -> list[float]:
        passages = [{"id": place, "text": text} for place, text in enumerate(documents)]
        logits = [0.0] * len(documents)
        for passage in ranker.rerank(RerankRequest(query=query, passages=passages)):
            share = min(max(float(passage["score"]), LEAST), 1 - LEAST)
            logits[passage["id"]] = math.log(share / (1 - share))
        return logits

    return score
