"""The rows that models have in the metrics while they are served."""

from dataclasses import dataclass

from prometheus_client import Counter, Histogram

from sidecar.http.answer_metrics import AnswerMetrics
from sidecar.pipeline.live_model import LiveModel
from sidecar.pipeline.registry import ModelRegistry
from sidecar.runtime.jobs import RunReport
from sidecar.runtime.running_graph import RunningGraph
from sidecar.telemetry.metrics import Metrics


@dataclass(frozen=True, slots=True)
class RunMetrics:
    """What a model's runs are counted in: found by its label once, and not in every run."""

    pairs: Histogram
    tokens: Histogram
    tokens_total: Counter
    padding: Counter
    seconds: Counter
    failures: Counter

    @classmethod
    def of(cls, metrics: Metrics, model: str) -> "RunMetrics":
        """The model's series."""
        return cls(
            pairs=metrics.run_pairs.labels(model=model),
            tokens=metrics.run_tokens.labels(model=model),
            tokens_total=metrics.tokens.labels(model=model),
            padding=metrics.padding.labels(model=model),
            seconds=metrics.run_seconds.labels(model=model),
            failures=metrics.session_failures.labels(model=model),
        )


class ModelMetrics:
    """Rows by the names that models serve under; a name that is gone leaves none."""

    def __init__(self, metrics: Metrics, answers: AnswerMetrics) -> None:
        self._metrics = metrics
        self._answers = answers
        self._runs: dict[str, RunMetrics] = {}

    def show(self, live: LiveModel) -> None:
        """The rows of a model that took its name."""
        load = live.pipeline.scorer.load
        self._metrics.queue.labels(model=live.name).set_function(lambda: load().inputs)
        self._metrics.queue_wait.labels(model=live.name).set_function(lambda: load().wait_s)
        health = live.pipeline.health
        open_breaker = self._metrics.breaker_open.labels(model=live.name)
        open_breaker.set_function(lambda: health.state != "closed")
        if (processes := live.processes) is not None:
            missing = self._metrics.missing_workers.labels(model=live.name)
            missing.set_function(lambda: processes.missing)
            ends = self._metrics.worker_ends
            processes.on_end = lambda end: ends.labels(model=live.name, end=end).inc()
        self._metrics.model_info.labels(*_info(live.name, live.running)).set(1)

    def on_run(self, report: RunReport) -> None:
        """Counts a run. One that failed counts as a failure alone, and as none where its input is
        refused: a client may send that for ever."""
        metrics = self._runs.get(report.model)
        if metrics is None:
            metrics = self._runs[report.model] = RunMetrics.of(self._metrics, report.model)
        if report.failed:
            if not report.refused:
                metrics.failures.inc()
            return
        if self._answers.cost is not None:
            self._answers.cost.count_run(report.seconds)
        metrics.seconds.inc(report.seconds)
        metrics.pairs.observe(report.inputs)
        metrics.tokens.observe(report.tokens)
        metrics.tokens_total.inc(report.tokens)
        metrics.padding.inc(report.padded_tokens - report.tokens)

    def closed(self, closed: LiveModel, models: ModelRegistry) -> None:
        """Takes the rows away that a closed model leaves. Those that count go with its name: a
        model that sleeps, or was replaced, goes on counting."""
        name, served = closed.name, models.served.get(closed.name)
        if served is None or served.running != closed.running or not isinstance(served, LiveModel):
            self._metrics.model_info.remove(*_info(name, closed.running))
        if not isinstance(served, LiveModel):
            for metric in (
                self._metrics.queue,
                self._metrics.queue_wait,
                self._metrics.breaker_open,
                self._metrics.missing_workers,
            ):
                metric.remove_by_labels({"model": name})
        if served is None:
            self._runs.pop(name, None)
            self._answers.forget(name)
            self._metrics.quality.forget(name)
            counted = self._metrics
            for series in (
                *(counted.run_pairs, counted.run_tokens, counted.run_seconds, counted.tokens),
                *(counted.padding, counted.session_failures, counted.cached, counted.degraded),
                *(counted.worker_ends, counted.embedded),
            ):
                series.remove_by_labels({"model": name})


def _info(name: str, running: RunningGraph) -> tuple[str, ...]:
    """The labels of `rerank_model_info`."""
    graph, device = running.graph, running.device
    return (name, running.name, graph.precision, running.runtime, device, running.score_revision)
