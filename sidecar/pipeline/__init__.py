"""From a RankRequest to a RankResult: `reranker` is the path, the others its steps."""

from sidecar.pipeline.reranker import DEFAULT_DEADLINE_S, Observer, Reranker, Ways

__all__ = ["DEFAULT_DEADLINE_S", "Observer", "Reranker", "Ways"]
