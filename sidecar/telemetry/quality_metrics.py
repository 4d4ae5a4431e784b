"""Whether the orders that are served are good ones: metrics of searches with judgements."""

from prometheus_client import CollectorRegistry, Counter, Histogram

NDCG_BUCKETS = (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
MRR_BUCKETS = (0.0, 0.1, 0.125, 0.17, 0.2, 0.25, 0.34, 0.5, 1.0)
"""A bucket for about each place of the first relevant document."""


class QualityMetrics:
    """A part of `Metrics`, in the same registry. `arm` is EXPERIMENT/ARM, empty outside of
    experiments."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.ndcg = Histogram(
            "rerank_ndcg_at_10",
            "nDCG@10 of requests whose query is judged; order: reranked, first_stage.",
            ["profile", "model", "arm", "order"],
            buckets=NDCG_BUCKETS,
            registry=registry,
        )
        self.mrr = Histogram(
            "rerank_mrr_at_10",
            "Reciprocal rank of the first relevant of ten documents, of requests whose query is "
            "judged; order: reranked, first_stage.",
            ["profile", "model", "arm", "order"],
            buckets=MRR_BUCKETS,
            registry=registry,
        )
        self.requests = Counter(
            "rerank_judged_requests",
            "Requests while judgements are loaded: the query is judged, it is not (unjudged), or "
            "it is and no document brought its ID (without_ids).",
            ["profile", "model", "arm", "outcome"],
            registry=registry,
        )
        self.documents = Counter(
            "rerank_judged_documents",
            "The first ten documents of requests whose query is judged, with a judgement (judged) "
            "and without one (unjudged).",
            ["profile", "model", "arm", "outcome"],
            registry=registry,
        )

    def forget(self, model: str) -> None:
        """Drops the series of a model that is not served any more."""
        for metric in (self.ndcg, self.mrr, self.requests, self.documents):
            metric.remove_by_labels({"model": model})
