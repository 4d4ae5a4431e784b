"""Whether reranking does anything: the metrics of orders, scores and their drift."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

TAU_BUCKETS = (-0.5, -0.25, 0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.99, 1.0)
SCORE_BUCKETS = (0.001, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


class EffectMetrics:
    """A part of `Metrics`, in the same registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.tops = Counter(
            "rerank_first_stage_tops",
            "Requests whose best 1 or 10 documents are (changed) or are not (same) others than the "
            "first stage's.",
            ["profile", "dialect", "top", "outcome"],
            registry=registry,
        )
        self.kendall_tau = Histogram(
            "rerank_kendall_tau",
            "Kendall's tau of the order to the first stage's: 1 where reranking changed nothing.",
            ["profile", "dialect"],
            buckets=TAU_BUCKETS,
            registry=registry,
        )
        self.scores = Histogram(
            "rerank_score",
            "Scores of the documents at rank 1 and 10.",
            ["profile", "dialect", "rank"],
            buckets=SCORE_BUCKETS,
            registry=registry,
        )
        self.thresholded = Counter(
            "rerank_min_score_documents",
            "Documents of requests with a min_score that reach it (reached) or do not (below).",
            ["profile", "dialect", "outcome"],
            registry=registry,
        )
        self.drift = Gauge(
            "rerank_score_drift",
            "Population stability index of the model's logits against a reference; no number until "
            "there were enough requests.",
            ["model", "profile", "reference"],
            registry=registry,
        )
