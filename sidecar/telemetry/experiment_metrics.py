"""What the arms of experiments do: a part of `Metrics`, in the same registry."""

from collections.abc import Sequence

from prometheus_client import CollectorRegistry, Counter, Histogram


class ExperimentMetrics:
    """By experiment and arm; their names are those of files, never a client's."""

    def __init__(self, registry: CollectorRegistry, buckets: Sequence[float]) -> None:
        self.requests = Counter(
            "rerank_experiment_requests",
            "Requests by arm and outcome: ok, degraded (not the model's answer, or in part), "
            "failed (429 and 5xx), refused (the client's fault), off (a search engine keeps its "
            "order).",
            ["experiment", "arm", "outcome"],
            registry=registry,
        )
        self.duration = Histogram(
            "rerank_experiment_request_duration_seconds",
            "From the request's headers to the answer, by arm.",
            ["experiment", "arm"],
            buckets=buckets,
            registry=registry,
        )
        self.outside = Counter(
            "rerank_experiment_outside_requests",
            "Requests that an experiment fits and that are in none of its arms, by reason: canary, "
            "stopped, time, no_unit, no_model.",
            ["experiment", "reason"],
            registry=registry,
        )
