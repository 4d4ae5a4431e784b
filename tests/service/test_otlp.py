"""Traces and metrics arrive at a real OTLP receiver, as the standard variables say."""

import gzip
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import grpc
import pytest
from opentelemetry.proto.collector.metrics.v1 import metrics_service_pb2_grpc
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsServiceRequest,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2_grpc
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
    ExportTraceServiceResponse,
)

from sidecar.workshop.sidecar_process import SidecarProcess
from tests.http_client import post

BODY = {"query": "red shoes", "documents": ["Red running shoe", "Plain sock"]}


class Receiver:
    """What was sent to it, decoded."""

    def __init__(self) -> None:
        self.traces: list[ExportTraceServiceRequest] = []
        self.metrics: list[ExportMetricsServiceRequest] = []


@contextmanager
def receiving_http() -> Iterator[tuple[Receiver, str]]:
    """(the receiver, its address)"""
    received = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            if self.headers.get("Content-Encoding") == "gzip":
                raw = gzip.decompress(raw)
            if self.path == "/v1/traces":
                received.traces.append(ExportTraceServiceRequest.FromString(raw))
            else:
                assert self.path == "/v1/metrics"
                received.metrics.append(ExportMetricsServiceRequest.FromString(raw))
            self.send_response(200)
            self.send_header("Content-Type", "application/x-protobuf")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield received, f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def receiving_grpc() -> Iterator[tuple[Receiver, str]]:
    """(the receiver, its address)"""
    received = Receiver()

    class Traces(trace_service_pb2_grpc.TraceServiceServicer):
        def Export(
            self, request: ExportTraceServiceRequest, context: grpc.ServicerContext
        ) -> ExportTraceServiceResponse:
            received.traces.append(request)
            return ExportTraceServiceResponse()

    class Metrics(metrics_service_pb2_grpc.MetricsServiceServicer):
        def Export(
            self, request: ExportMetricsServiceRequest, context: grpc.ServicerContext
        ) -> ExportMetricsServiceResponse:
            received.metrics.append(request)
            return ExportMetricsServiceResponse()

    with ThreadPoolExecutor(2) as threads:
        server = grpc.server(threads)
        trace_service_pb2_grpc.add_TraceServiceServicer_to_server(Traces(), server)
        metrics_service_pb2_grpc.add_MetricsServiceServicer_to_server(Metrics(), server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        try:
            yield received, f"http://127.0.0.1:{port}"
        finally:
            server.stop(grace=None).wait()


@pytest.mark.parametrize(
    ("protocol", "receiving"),
    [(None, receiving_http), ("grpc", receiving_grpc)],
)
def test_a_service_sends_its_spans_and_its_metrics(
    protocol: str | None,
    receiving: Callable[[], AbstractContextManager[tuple[Receiver, str]]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with receiving() as (received, url):
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", url)
        if protocol is not None:
            monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", protocol)
        monkeypatch.setenv("OTEL_SERVICE_NAME", "shop-rerank")
        monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test")
        with SidecarProcess({"otel_traces": True, "otel_metrics": True}) as sidecar:
            assert post(sidecar, "/v2/rerank", BODY).status == 200
        # What is left is sent as the service stops.
    spans = [
        span
        for request in received.traces
        for resource in request.resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    names = [span.name for span in spans]
    assert names.count("POST /v2/rerank") == 1
    assert names.count("run") == 2
    assert {"parse", "tokenize", "queue", "infer", "fuse", "encode"} <= set(names)
    (request_span,) = [span for span in spans if span.name == "POST /v2/rerank"]
    linked = {link.span_id for span in spans if span.name == "run" for link in span.links}
    assert linked == {request_span.span_id}
    of = {item.key: item.value.string_value for item in _resource(received)}
    assert of["service.name"] == "shop-rerank"
    assert of["deployment.environment.name"] == "test"

    last = received.metrics[-1].resource_metrics[0].scope_metrics[0].metrics
    metrics = {metric.name: metric for metric in last}
    (answered,) = metrics["rerank_requests"].sum.data_points
    assert answered.as_double == 1
    assert {item.key: item.value.string_value for item in answered.attributes} == {
        "dialect": "cohere-v2",
        "status": "200",
    }
    assert metrics["rerank_requests"].sum.is_monotonic
    (documents,) = metrics["rerank_documents_per_request"].histogram.data_points
    assert (documents.count, documents.sum) == (1, 2)
    assert len(documents.bucket_counts) == len(documents.explicit_bounds) + 1
    place = list(documents.explicit_bounds).index(2.0)
    assert [at for at, count in enumerate(documents.bucket_counts) if count] == [place]
    assert metrics["rerank_workers"].gauge.data_points[0].as_double >= 1


def _resource(received: Receiver) -> list:  # type: ignore[type-arg]
    return list(received.traces[0].resource_spans[0].resource.attributes)


def test_a_receiver_that_is_not_there_is_a_log_line_and_no_fault(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("OTEL_BSP_SCHEDULE_DELAY", "100")
    log = tmp_path / "log"
    with SidecarProcess({"otel_traces": True}, log=log) as sidecar:
        end = time.monotonic() + 30
        while '"otel"' not in log.read_text():
            assert post(sidecar, "/v2/rerank", BODY).status == 200
            assert time.monotonic() < end
    events = [json.loads(line) for line in log.read_text().splitlines()]
    assert any("127.0.0.1" in each["message"] for each in events if each["event"] == "otel")


def test_off_imports_nothing_of_it() -> None:
    script = (
        "import sys, sidecar.http.serve, sidecar.cli; "
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "[]"
