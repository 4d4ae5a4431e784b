"""What an answered request adds to the metrics."""

import heapq
from collections.abc import Mapping

import numpy as np

from sidecar.contracts.dialect import Dialect
from sidecar.http.judged_answers import JudgedAnswers
from sidecar.pipeline.served_model import ServedModel
from sidecar.profile import PLAIN
from sidecar.request import Effect, RankRequest, RankResult
from sidecar.telemetry.cost import Cost
from sidecar.telemetry.metrics import Metrics
from sidecar.telemetry.score_drift import Reference, ScoreDrift

RANKS = (1, 10)
"""Whose scores are shown."""


class AnswerMetrics:
    """Records answers; holds what is known of each model's logits. Not thread-safe."""

    def __init__(self, metrics: Metrics) -> None:
        self.metrics = metrics
        self.cost: Cost | None = None
        """There with the models, if the settings have a price."""
        self.judged: JudgedAnswers | None = None
        """There with the models, if the settings have judgements; replaced whole."""
        self._drifts: dict[tuple[str, str], tuple[ServedModel, ScoreDrift]] = {}

    def record(
        self,
        dialect: Dialect,
        model: ServedModel,
        request: RankRequest,
        result: RankResult,
        seconds: Mapping[str, float],
        arm: str = "",
    ) -> None:
        """`model` is what ranked, `seconds` the time of each stage, `arm` EXPERIMENT/ARM."""
        metrics = self.metrics
        metrics.documents.observe(len(request.documents))
        metrics.cached.labels(model=result.model).inc(result.cached)
        metrics.below_min_score.inc(result.below_min_score or 0)
        metrics.truncated.inc(len(result.truncated))
        metrics.truncated_queries.inc(result.truncated_queries)
        metrics.shortened.inc(len(result.shortened))
        if result.degraded:
            metrics.degraded.labels(model=model.name, by=result.degraded.by).inc()
        metrics.partial.inc(bool(result.unscored))
        metrics.unscored.inc(len(result.unscored))
        metrics.without_fields.inc(len(result.without_fields))
        metrics.broken.inc(len(result.broken))
        metrics.unread.labels(text="document").inc(len(result.unread))
        metrics.unread.labels(text="query").inc(result.query_unread)
        for stage, spent in seconds.items():
            metrics.stages.labels(stage=stage).observe(spent)
        if self.judged is not None:
            self.judged.record(dialect, request, result, arm)
        # Whether reranking helps is for judgements to say; below is whether it does anything.
        profile = request.control.profile or PLAIN.name
        effect = result.effect
        if effect is not None and (effect.from_scores or dialect.ordered):
            self._record_effect(profile, dialect.name, effect)
        if result.pair_logits:  # else nothing was ranked: all scores are equal
            if not result.unscored:  # whose scores say nothing
                self._record_scores(profile, dialect.name, request, result)
            logits = model.calibration.calibrated(np.array(result.pair_logits))
            self._drift(model, profile).observe(logits)
            if self.cost is not None:  # at a deadline not every pair is scored
                self.cost.count_answer(int(np.isfinite(logits).sum()))

    def references(self, model: ServedModel) -> dict[str, Reference]:
        """Profile -> how the model's logits are distributed: what drift is measured against. Only
        those that are complete."""
        return {
            profile: drift.reference
            for (_, profile), (served, drift) in self._drifts.items()
            if served.name == model.name
            and served.running == model.running
            and drift.reference is not None
        }

    def forget(self, model: str) -> None:
        """Drops what is known of a model that is not served any more."""
        for name, profile in [key for key in self._drifts if key[0] == model]:
            del self._drifts[name, profile]
            self.metrics.effect.drift.remove_by_labels({"model": name, "profile": profile})

    def _record_effect(self, profile: str, dialect: str, effect: Effect) -> None:
        for top, changed in (("1", effect.top_1_changed), ("10", effect.top_10_changed)):
            if changed is not None:
                outcome = "changed" if changed else "same"
                self.metrics.effect.tops.labels(profile, dialect, top, outcome).inc()
        self.metrics.effect.kendall_tau.labels(profile, dialect).observe(effect.kendall_tau)

    def _record_scores(
        self, profile: str, dialect: str, request: RankRequest, result: RankResult
    ) -> None:
        scores = [item.score for item in result.ranked]
        best = heapq.nlargest(max(RANKS), scores)
        for rank in RANKS:
            if len(best) >= rank:
                self.metrics.effect.scores.labels(profile, dialect, str(rank)).observe(
                    best[rank - 1]
                )
        threshold = request.control.min_score
        if threshold is None or (not scores and result.below_min_score is None):
            return  # there is none, or nothing was ranked
        below = result.below_min_score
        if below is None:  # an answer that must be complete: all documents are in it
            below = sum(score < threshold for score in scores)
        for outcome, count in (("below", below), ("reached", len(request.documents) - below)):
            self.metrics.effect.thresholded.labels(profile, dialect, outcome).inc(count)

    def _drift(self, model: ServedModel, profile: str) -> ScoreDrift:
        """The model's under the profile; a new one for another model of the same name."""
        known = self._drifts.get((model.name, profile))
        if known is not None and known[0] is model:
            return known[1]
        if known is not None and known[0].running == model.running:  # it had slept
            self._drifts[model.name, profile] = model, known[1]
            return known[1]
        if known is not None:  # its number would stay, under the other reference's name
            self.metrics.effect.drift.remove_by_labels({"model": model.name, "profile": profile})
        measured = model.running.manifest.score_references.get(profile)
        reference = measured and Reference(measured.edges, measured.shares)
        drift = ScoreDrift(reference or None)
        self._drifts[model.name, profile] = model, drift
        source = "manifest" if reference else "first_requests"
        self.metrics.effect.drift.labels(model.name, profile, source).set_function(drift.index)
        return drift
