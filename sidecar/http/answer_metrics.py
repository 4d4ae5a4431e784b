"""What an answered request adds to the metrics."""

import heapq
from collections.abc import Mapping

from sidecar.contracts.dialect import Dialect
from sidecar.profile import PLAIN
from sidecar.request import RankRequest, RankResult
from sidecar.telemetry.metrics import Metrics

RANKS = (1, 10)
"""Whose scores are shown."""


def record(
    metrics: Metrics,
    dialect: Dialect,
    request: RankRequest,
    result: RankResult,
    seconds: Mapping[str, float],
) -> None:
    """`seconds` is the time of each stage."""
    metrics.documents.observe(len(request.documents))
    metrics.cached.labels(model=result.model).inc(result.cached)
    metrics.below_min_score.inc(result.below_min_score or 0)
    metrics.truncated.inc(len(result.truncated))
    metrics.truncated_queries.inc(result.truncated_queries)
    metrics.shortened.inc(len(result.shortened))
    metrics.without_fields.inc(len(result.without_fields))
    metrics.broken.inc(len(result.broken))
    metrics.unread.labels(text="document").inc(len(result.unread))
    metrics.unread.labels(text="query").inc(result.query_unread)
    for stage, spent in seconds.items():
        metrics.stages.labels(stage=stage).observe(spent)
    _record_effect(metrics, dialect, request, result)


def _record_effect(
    metrics: Metrics, dialect: Dialect, request: RankRequest, result: RankResult
) -> None:
    """Whether reranking helps is for judgements to say; here is whether it does anything."""
    profile = request.control.profile or PLAIN.name
    effect = result.effect
    if effect is not None and (effect.from_scores or dialect.ordered):
        labels = {"profile": profile, "dialect": dialect.name}
        for top, changed in (("1", effect.top_1_changed), ("10", effect.top_10_changed)):
            if changed is not None:
                outcome = "changed" if changed else "same"
                metrics.tops.labels(**labels, top=top, outcome=outcome).inc()
        metrics.kendall_tau.labels(**labels).observe(effect.kendall_tau)
    best = heapq.nlargest(max(RANKS), (item.score for item in result.ranked))
    for rank in RANKS:
        if len(best) >= rank:
            metrics.scores.labels(profile=profile, rank=str(rank)).observe(best[rank - 1])
