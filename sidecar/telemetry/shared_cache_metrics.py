"""What the cache that replicas share does: a part of `Metrics`, in the same registry."""

import math

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

LOOKUP_BUCKETS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5)


class SharedCacheMetrics:
    """Nothing is counted without such a cache."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.up = Gauge(
            "rerank_shared_cache_up",
            "1 while the shared cache is asked, 0 while its breaker is open; no number without it.",
            registry=registry,
        )
        self.up.set(math.nan)
        self.pairs = Counter(
            "rerank_shared_cache_pairs",
            "Pairs that the shared cache was asked for, by outcome: found, missing, invalid (a "
            "value that is no logit of the pair).",
            ["outcome"],
            registry=registry,
        )
        self.seconds = Histogram(
            "rerank_shared_cache_lookup_seconds",
            "Lookups that were answered in time.",
            buckets=LOOKUP_BUCKETS,
            registry=registry,
        )
        self.stored = Counter(
            "rerank_shared_cache_stored_pairs",
            "Pairs whose logits were written.",
            registry=registry,
        )
        self.dropped = Counter(
            "rerank_shared_cache_dropped_pairs",
            "Pairs whose logits were not written: the shared cache did not take them.",
            registry=registry,
        )
        self.faults = Counter(
            "rerank_shared_cache_faults",
            "Calls that failed, by call: read, write, and reason: late, connection, refused, busy.",
            ["call", "reason"],
            registry=registry,
        )
