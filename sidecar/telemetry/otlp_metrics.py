"""The metrics of `metrics`, sent by OTLP too (extra `otel`): the same names, values and labels.

OTEL_METRIC_EXPORT_INTERVAL is the period (60,000 ms), OTEL_EXPORTER_OTLP_* say where they go. This
module is imported only where it is wanted; it raises ModuleNotFoundError without the extra.
"""

import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import structlog
from opentelemetry.sdk.metrics.export import (
    AggregationTemporality,
    Gauge,
    Histogram,
    HistogramDataPoint,
    Metric,
    MetricExporter,
    MetricsData,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.samples import Sample

from sidecar.telemetry.tracing import NAME, protocol, resource

log = structlog.get_logger("rerank")
CUMULATIVE = AggregationTemporality.CUMULATIVE


class OtlpMetrics:
    """Sends a registry's metrics again and again, from a thread. `close` it after use."""

    def __init__(
        self, registry: CollectorRegistry, version: str, exporter: MetricExporter | None = None
    ) -> None:
        """`version` is the package's. Without an exporter the one that the variables name."""
        self._registry = registry
        self._resource = resource(version)
        self._scope = InstrumentationScope(NAME, version)
        self._exporter = exporter or _otlp_exporter()
        self._start = time.time_ns()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._send_often, name="otlp-metrics", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Sends the last values, and stops."""
        self._stop.set()
        self._thread.join()
        self._exporter.shutdown()

    def _send_often(self) -> None:
        period_s = float(os.environ.get("OTEL_METRIC_EXPORT_INTERVAL", "60000")) / 1000
        stopped = False
        while not stopped:
            stopped = self._stop.wait(period_s)
            try:
                data = metrics_data(self._registry, self._resource, self._scope, self._start)
                self._exporter.export(data)
            except Exception as fault:  # the next period may be better
                log.error("otlp metrics", fault=type(fault).__name__)


def metrics_data(
    registry: CollectorRegistry, of: Resource, scope: InstrumentationScope, start: int
) -> MetricsData:
    """The registry's values now, counted since `start` (nanoseconds since 1970)."""
    now = time.time_ns()
    families = [family for family in registry.collect() if family.samples]
    metrics = [
        Metric(family.name, family.documentation, family.unit, _data(family, start, now))
        for family in families
    ]
    return MetricsData([ResourceMetrics(of, [ScopeMetrics(scope, metrics, "")], "")])


def _data(family: Family, start: int, now: int) -> Sum | Gauge | Histogram:
    if family.type == "histogram":
        return Histogram(list(_histograms(family.samples, start, now)), CUMULATIVE)
    points = [
        NumberDataPoint(sample.labels, start, now, sample.value)
        for sample in family.samples
        if not sample.name.endswith("_created")
    ]
    return Sum(points, CUMULATIVE, True) if family.type == "counter" else Gauge(points)


def _histograms(samples: Sequence[Sample], start: int, now: int) -> Iterator[HistogramDataPoint]:
    """A point for each set of labels. Prometheus' buckets hold all that is smaller, OTLP's only
    what the one before does not."""
    by_labels: dict[tuple[tuple[str, str], ...], dict[str, float]] = {}
    for sample in samples:
        labels = {name: value for name, value in sample.labels.items() if name != "le"}
        values = by_labels.setdefault(tuple(sorted(labels.items())), {})
        values[sample.labels.get("le") or sample.name.rpartition("_")[2]] = sample.value
    for labelled, values in by_labels.items():
        # Without a sum where values may be negative, as in OTLP.
        total, count = values.pop("sum", None), int(values.pop("count"))
        values.pop("created", None)
        yield _histogram(dict(labelled), values, total, count, start, now)


def _histogram(
    labels: Mapping[str, str],
    buckets: Mapping[str, float],
    total: float | None,
    count: int,
    start: int,
    now: int,
) -> HistogramDataPoint:
    cumulative = [0, *(int(value) for value in buckets.values())]
    counts = [after - before for before, after in pairwise(cumulative)]
    bounds = [float(edge) for edge in buckets if edge != "+Inf"]
    # Prometheus knows neither the least nor the largest value. OTLP may leave out what is None.
    known: Any = {"sum": total, "min": None, "max": None}
    return HistogramDataPoint(
        labels, start, now, count, bucket_counts=counts, explicit_bounds=bounds, **known
    )


def _otlp_exporter() -> MetricExporter:
    if protocol("METRICS") == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc.metric_exporter import (
            OTLPMetricExporter as GrpcMetricExporter,
        )

        return GrpcMetricExporter()
    from opentelemetry.exporter.otlp.proto.http.metric_exporter import OTLPMetricExporter

    return OTLPMetricExporter()
