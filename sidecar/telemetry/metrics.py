"""Every metric of the service, in Prometheus' text format; those of reranking's effect are in
`effect_metrics`, those of searches with judgements in `quality_metrics`, those of experiments in
`experiment_metrics`. Labels never hold what a client chose."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from sidecar.telemetry.effect_metrics import EffectMetrics
from sidecar.telemetry.experiment_metrics import ExperimentMetrics
from sidecar.telemetry.quality_metrics import QualityMetrics
from sidecar.telemetry.shared_cache_metrics import SharedCacheMetrics

DURATION_BUCKETS = (
    *(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15),
    *(0.25, 0.4, 0.65, 1.0, 1.6, 2.5, 4.0, 6.5, 10.0, 25.0),
)
SIZE_BUCKETS = tuple(float(2**power) for power in range(0, 15))


class Metrics:
    """One registry with all metrics; an app has one."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self.requests = Counter(
            "rerank_requests", "Answered requests.", ["dialect", "status"], registry=registry
        )
        self.duration = Histogram(
            "rerank_request_duration_seconds",
            "From the request's headers to the answer; the body's way is in it.",
            ["dialect"],
            buckets=DURATION_BUCKETS,
            registry=registry,
        )
        self.stages = Histogram(
            "rerank_stage_duration_seconds",
            "Time per stage: parse, tokenize, queue, infer, fuse, encode.",
            ["stage"],
            buckets=DURATION_BUCKETS,
            registry=registry,
        )
        self.documents = Histogram(
            "rerank_documents_per_request",
            "Documents of a request.",
            buckets=SIZE_BUCKETS,
            registry=registry,
        )
        self.run_pairs = Histogram(
            "rerank_run_pairs",
            "Pairs of a run.",
            ["model"],
            buckets=SIZE_BUCKETS,
            registry=registry,
        )
        self.run_tokens = Histogram(
            "rerank_run_tokens",
            "Tokens of a run, padding left out.",
            ["model"],
            buckets=SIZE_BUCKETS,
            registry=registry,
        )
        self.run_seconds = Counter(
            "rerank_run_seconds", "Time that workers spent in runs.", ["model"], registry=registry
        )
        self.workers = Gauge(
            "rerank_workers", "Runs that may be under way at a time.", registry=registry
        )
        self.cost_of_queries = Gauge(
            "rerank_cost_per_1000_queries",
            "Since the start, from price_per_hour; basis: wall (idle time too), busy.",
            ["basis"],
            registry=registry,
        )
        self.cost_of_pairs = Gauge(
            "rerank_cost_per_million_pairs",
            "Since the start, from price_per_hour; basis: wall (idle time too), busy.",
            ["basis"],
            registry=registry,
        )
        self.padding = Counter(
            "rerank_padding_tokens", "Padding that was computed.", ["model"], registry=registry
        )
        self.tokens = Counter(
            "rerank_tokens", "Tokens that were scored.", ["model"], registry=registry
        )
        self.queue = Gauge(
            "rerank_queue_pairs", "Pairs that wait or run.", ["model"], registry=registry
        )
        self.queue_wait = Gauge(
            "rerank_queue_wait_seconds",
            "Until a pair that came now would begin to run, by the measured rates.",
            ["model"],
            registry=registry,
        )
        self.cached = Counter(
            "rerank_cached_pairs",
            "Pairs that were not run: their logits were known, or on their way for others.",
            ["model"],
            registry=registry,
        )
        self.cache_bytes = Gauge(
            "rerank_cache_bytes", "Memory of the cache of logits, about.", registry=registry
        )
        self.in_flight = Gauge("rerank_inflight_requests", "Requests under way.", registry=registry)
        self.refused_connections = Counter(
            "rerank_refused_connections", "Connections beyond max_connections.", registry=registry
        )
        self.failed_handshakes = Counter(
            "rerank_failed_handshakes", "TLS handshakes that failed.", registry=registry
        )
        self.rejected = Counter(
            "rerank_rejected",
            "Refused or failed requests by reason (the error body's error_type).",
            ["reason"],
            registry=registry,
        )
        self.cancelled = Counter(
            "rerank_cancelled", "Requests whose client went away.", registry=registry
        )
        self.truncated = Counter(
            "rerank_truncated_pairs", "Documents and texts cut to fit the model.", registry=registry
        )
        self.embedded = Counter(
            "rerank_embedded_texts",
            "Texts that vectors were made of.",
            ["model"],
            registry=registry,
        )
        self.truncated_queries = Counter(
            "rerank_truncated_queries", "Queries cut to fit the model.", registry=registry
        )
        self.shortened = Counter(
            "rerank_shortened_documents",
            "Long documents read in fewer windows to meet the deadline.",
            registry=registry,
        )
        self.degraded = Counter(
            "rerank_degraded_answers",
            "Answers in place of a model that failed.",
            ["model", "by"],
            registry=registry,
        )
        self.breaker_open = Gauge(
            "rerank_breaker_open",
            "1 while a model's circuit breaker is not closed: it has failed several requests in a "
            "row.",
            ["model"],
            registry=registry,
        )
        self.partial = Counter(
            "rerank_partial_answers",
            "Answers at the deadline in which not every document was scored.",
            registry=registry,
        )
        self.unscored = Counter(
            "rerank_unscored_documents",
            "Documents of partial answers that were not scored.",
            registry=registry,
        )
        self.without_fields = Counter(
            "rerank_documents_without_fields",
            "Documents in which the profile found none of its fields, read as plain text.",
            registry=registry,
        )
        self.broken = Counter(
            "rerank_broken_documents",
            "Documents that are a broken piece of JSON, read as plain text without their fields.",
            registry=registry,
        )
        self.below_min_score = Counter(
            "rerank_below_min_score_documents",
            "Documents left out of answers because they scored below the request's min_score.",
            registry=registry,
        )
        self.unread = Counter(
            "rerank_unread_texts",
            "Queries and documents of whose words the model knows few.",
            ["text"],
            registry=registry,
        )
        self.effect = EffectMetrics(registry)
        self.quality = QualityMetrics(registry)
        self.experiments = ExperimentMetrics(registry, DURATION_BUCKETS)
        self.shared_cache = SharedCacheMetrics(registry)
        self.session_failures = Counter(
            "rerank_session_failures",
            "Runs in which the model failed.",
            ["model"],
            registry=registry,
        )
        self.hook_calls = Counter(
            "rerank_hook_calls",
            "Calls of hooks by outcome: ok, late, raised, invalid.",
            ["hook", "outcome"],
            registry=registry,
        )
        self.hook_duration = Histogram(
            "rerank_hook_duration_seconds",
            "Wait for a hook.",
            buckets=DURATION_BUCKETS,
            registry=registry,
        )
        self.key_requests = Counter(
            "rerank_key_requests",
            "Requests by the API key's name.",
            ["key", "status"],
            registry=registry,
        )
        self.key_documents = Counter(
            "rerank_key_documents",
            "Documents of the requests that a key's quota let through.",
            ["key"],
            registry=registry,
        )
        self.key_quota_exceeded = Counter(
            "rerank_key_quota_exceeded",
            "Requests refused because the key had used its quota of requests or documents.",
            ["key", "unit"],
            registry=registry,
        )
        self.key_expiry = Gauge(
            "rerank_key_expiry_timestamp_seconds",
            "When an API key expires.",
            ["key"],
            registry=registry,
        )
        self.certificate_expiry = Gauge(
            "rerank_certificate_expiry_timestamp_seconds",
            "When the TLS certificate in force ends; no number without one.",
            registry=registry,
        )
        self.reloads = Counter(
            "rerank_reloads",
            "Files that changed and were read again (ok) or not understood (failed).",
            ["part", "outcome"],
            registry=registry,
        )
        self.reload_failed = Gauge(
            "rerank_reload_failed",
            "1 while a changed file is not understood and its older content stays in force.",
            ["part"],
            registry=registry,
        )
        self.ready = Gauge("rerank_ready", "1 while requests are taken.", registry=registry)
        self.model_info = Gauge(
            "rerank_model_info",
            "A model in use; always 1.",
            ["model", "graph", "precision", "engine", "device", "score_revision"],
            registry=registry,
        )
        self.missing_workers = Gauge(
            "rerank_missing_workers",
            "Worker processes that are being started again.",
            ["model"],
            registry=registry,
        )
        self.worker_ends = Counter(
            "rerank_worker_ends",
            "Worker processes that died, or were ended because a run hung.",
            ["model", "end"],
            registry=registry,
        )
        self.model_changes = Counter(
            "rerank_model_changes",
            "Changes of the models while they serve: load, unload, reload, sleep, wake.",
            ["change", "outcome"],
            registry=registry,
        )

    def text(self) -> bytes:
        """The exposition."""
        return generate_latest(self.registry)
