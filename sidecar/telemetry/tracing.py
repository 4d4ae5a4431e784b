"""Traces by OpenTelemetry (extra `otel`): a span per request, one per stage, one per run.

request ─┬─ parse, tokenize, queue, infer, fuse, encode
         └─◄ linked from the runs that scored its pairs, each a trace of its own: a run may have
             pairs of several requests, and a request has many runs

The standard variables hold: OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES, OTEL_TRACES_SAMPLER,
OTEL_PROPAGATORS, OTEL_EXPORTER_OTLP_*, OTEL_BSP_*, OTEL_SDK_DISABLED. No span holds a text. This
module is imported only where traces are on; it raises ModuleNotFoundError without the extra.
"""

import os
import time
from collections.abc import Iterable, Mapping

from opentelemetry import propagate, trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, Status, StatusCode

Attributes = Mapping[str, str | int | float]
NAME = "rerank-sidecar"


class Tracing:
    """Makes the spans and sends them in batches, from a thread of the SDK. Thread-safe."""

    def __init__(self, version: str, exporter: SpanExporter | None = None) -> None:
        """`version` is the package's. Without an exporter the one that the variables name."""
        self._provider = TracerProvider(resource=resource(version))
        self._provider.add_span_processor(BatchSpanProcessor(exporter or _otlp_exporter()))
        self._tracer = self._provider.get_tracer(NAME, version)

    def request(self, route: str, headers: Mapping[str, str]) -> "RequestTrace":
        """The span of a request, begun now, in the trace that its headers name."""
        parent = propagate.extract(headers)
        attributes = {"http.request.method": "POST", "http.route": route}
        span = self._tracer.start_span(f"POST {route}", parent, SpanKind.SERVER, attributes)
        return RequestTrace(self._tracer, span)

    def run(self, of: Iterable[object], seconds: float, attributes: Attributes) -> None:
        """A run that ended now, of the jobs with these tags: the contexts of their requests.
        Nothing where none of them is sampled."""
        contexts = (tag for tag in of if isinstance(tag, SpanContext))
        links = [Link(context) for context in contexts if context.trace_flags.sampled]
        if not links:
            return
        end = time.time_ns()
        span = self._tracer.start_span(
            "run",
            trace.set_span_in_context(trace.INVALID_SPAN),
            SpanKind.INTERNAL,
            attributes,
            links,
            start_time=end - round(seconds * 1e9),
        )
        span.end(end)

    def close(self) -> None:
        """Sends what is left, and stops."""
        self._provider.shutdown()


class RequestTrace:
    """A request's span."""

    def __init__(self, tracer: trace.Tracer, span: Span) -> None:
        self._tracer = tracer
        self._span = span
        self.context: SpanContext = span.get_span_context()
        """What runs are linked to."""
        self.trace_id = f"{self.context.trace_id:032x}"
        """As logs hold it."""

    def stages(self, took_s: float, seconds: Mapping[str, float]) -> None:
        """A child for each stage. All of them began `took_s` ago; they follow each other, and the
        last ended now: what lies before it (explanations, spans of texts) is no stage."""
        if not self._span.is_recording():
            return
        parent = trace.set_span_in_context(self._span)
        now = time.time_ns()
        start = now - round(took_s * 1e9)
        *sequence, (last, of_last) = seconds.items()
        for stage, spent in sequence:
            end = start + round(spent * 1e9)
            self._tracer.start_span(stage, parent, start_time=start).end(end)
            start = end
        self._tracer.start_span(last, parent, start_time=now - round(of_last * 1e9)).end(now)

    def end(self, status: int, facts: Attributes) -> None:
        """Ends the span with the answer's status and what is known of the request."""
        if self._span.is_recording():
            self._span.set_attributes({f"rerank.{name}": value for name, value in facts.items()})
            self._span.set_attribute("http.response.status_code", status)
            if status >= 500:
                self._span.set_status(Status(StatusCode.ERROR))
        self._span.end()

    def cancelled(self) -> None:
        """Ends the span of a request whose client went away."""
        self._span.set_attribute("rerank.cancelled", True)
        self._span.end()


def resource(version: str) -> Resource:
    """What the spans and metrics are of; the variables' names and attributes win."""
    named = "OTEL_SERVICE_NAME" in os.environ or "service.name=" in os.environ.get(
        "OTEL_RESOURCE_ATTRIBUTES", ""
    )
    name = {} if named else {"service.name": NAME}
    return Resource.create({**name, "service.version": version})


def protocol(signal: str) -> str:
    """How OTLP is spoken for TRACES or METRICS: `grpc`, or else HTTP."""
    return (
        os.environ.get(f"OTEL_EXPORTER_OTLP_{signal}_PROTOCOL")
        or os.environ.get("OTEL_EXPORTER_OTLP_PROTOCOL")
        or "http/protobuf"
    )


def _otlp_exporter() -> SpanExporter:
    if protocol("TRACES") == "grpc":
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import (
            OTLPSpanExporter as GrpcSpanExporter,
        )

        return GrpcSpanExporter()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter

    return OTLPSpanExporter()
