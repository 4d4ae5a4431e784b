"""The sidecar in a process of its own: `sidecar.Reranker`, without HTTP."""

from collections.abc import Callable
from typing import Any

from sidecar import Reranker

PACKAGES = ("rerank-sidecar", "onnxruntime")
PARALLEL = True
DEADLINE_S = 3600.0


def open_model(settings: dict[str, Any]) -> Callable[[str, list[str], int], list[float]]:
    reranker = Reranker.open(deadline_s=DEADLINE_S, **settings["sidecar"])

    def score(query: str, documents: list[str], batch_size: int) -> list[float]:
        ranked = reranker.rerank(query, documents, order="input").ranked
        return [document.logit for document in ranked]

    return score
