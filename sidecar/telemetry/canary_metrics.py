"""What a canary exports: whether searches are reranked, seen from the cluster."""

import math
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge

CheckResults = Mapping[str, bool]
"""Check -> whether it passed."""


class CanaryMetrics:
    """All of them, in a registry of their own or in another's."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        registry = self.registry = registry or CollectorRegistry()
        self.up = Gauge(
            "rerank_canary_up",
            "1 while every check of the last round passed; no number before there was one.",
            registry=registry,
        )
        self.up.set(math.nan)
        self.check = Gauge(
            "rerank_canary_check",
            "1 while the check passes. A check that an earlier failure left out has no value.",
            ["check"],
            registry=registry,
        )
        self.last_success = Gauge(
            "rerank_canary_last_success_timestamp_seconds",
            "When every check passed last; 0 if they never did.",
            registry=registry,
        )
        self.last_round = Gauge(
            "rerank_canary_last_round_timestamp_seconds",
            "When the last round ended.",
            registry=registry,
        )
        self.duration = Gauge(
            "rerank_canary_duration_seconds", "Time of the last round.", registry=registry
        )
        self.rounds = Counter(
            "rerank_canary_rounds", "Rounds by outcome: ok, failed.", ["outcome"], registry=registry
        )

    def record(self, results: CheckResults, seconds: float, now: float) -> bool:
        """Shows a round that took `seconds` and ended at `now` (seconds since 1970). Returns
        whether every check passed."""
        passed = all(results.values())
        self.check.clear()
        for check, result in results.items():
            self.check.labels(check=check).set(result)
        self.up.set(passed)
        self.rounds.labels(outcome="ok" if passed else "failed").inc()
        self.duration.set(seconds)
        self.last_round.set(now)
        if passed:
            self.last_success.set(now)
        return passed
