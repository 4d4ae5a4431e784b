"""From a RankRequest to a RankResult: `reranker` is the path, the others its steps."""

from sidecar.pipeline.intake import Ways
from sidecar.pipeline.rerank_pipeline import DEFAULT_DEADLINE_S, Observer, Reranker

__all__ = ["DEFAULT_DEADLINE_S", "Observer", "Reranker", "Ways"]
