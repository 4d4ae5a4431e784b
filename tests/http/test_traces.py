"""Spans of requests, stages and runs, and what is in them."""

import json
import sys

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import StatusCode
from structlog.testing import capture_logs

from sidecar.errors import StartupError
from sidecar.http import service as service_module
from sidecar.http.otel import open_tracing
from sidecar.http.service import Service
from sidecar.telemetry.tracing import Tracing
from tests.http.serving import BODY, GatedSession, serving

STAGES = ["parse", "tokenize", "queue", "infer", "fuse", "encode"]
TRACE_ID, PARENT_ID = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.fixture
def exporter(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    """What the services of the test export to."""
    spans = InMemorySpanExporter()
    monkeypatch.setattr(service_module, "open_tracing", lambda: Tracing("1.2.3", spans))
    return spans


def finished(service: Service, exporter: InMemorySpanExporter) -> tuple[ReadableSpan, ...]:
    assert service.tracing is not None
    service.tracing._provider.force_flush()
    return exporter.get_finished_spans()


def named(spans: tuple[ReadableSpan, ...], name: str) -> list[ReadableSpan]:
    return [span for span in spans if span.name == name]


async def test_a_request_s_spans_continue_its_caller_s_trace(
    exporter: InMemorySpanExporter,
) -> None:
    async with serving(GatedSession(), otel_traces=True) as (service, client):
        await service.start()
        headers = {"traceparent": f"00-{TRACE_ID}-{PARENT_ID}-01"}
        with capture_logs() as logs:
            assert (await client.post("/v2/rerank", json=BODY, headers=headers)).status == 200
            assert (await client.get("/health")).status == 200
        spans = finished(service, exporter)
    (line,) = [entry for entry in logs if entry["event"] == "request"]
    assert line["trace_id"] == TRACE_ID

    (request,) = named(spans, "POST /v2/rerank")
    assert request.context.trace_id == int(TRACE_ID, 16)
    assert request.parent is not None
    assert request.parent.span_id == int(PARENT_ID, 16)
    attributes = dict(request.attributes or {})
    assert attributes["http.route"] == "/v2/rerank"
    assert attributes["http.response.status_code"] == 200
    assert (attributes["rerank.docs"], attributes["rerank.model"]) == (3, "minilm-en")
    assert request.resource.attributes["service.name"] == "rerank-sidecar"
    assert request.resource.attributes["service.version"] == "1.2.3"

    children = [span for span in spans if span.parent and span.parent == request.context]
    assert [span.name for span in children] == STAGES
    ends = [span.end_time or 0 for span in children]
    starts = [span.start_time or 0 for span in children]
    assert starts == sorted(starts)
    assert all(start <= end for start, end in zip(starts, ends, strict=True))
    assert (request.start_time or 0) <= starts[0]
    assert ends[-1] <= (request.end_time or 0)

    runs = named(spans, "run")
    assert len(runs) == 3, "this layout has one pair per run"
    for run in runs:
        assert [link.context.span_id for link in run.links] == [request.context.span_id]
        assert run.parent is None
        assert (run.attributes or {})["rerank.pairs"] == 1
    assert not any("d e f" in span.to_json() for span in spans), "no texts"


async def test_a_run_belongs_to_the_request_that_runs_it(exporter: InMemorySpanExporter) -> None:
    async with serving(GatedSession(), otel_traces=True) as (service, client):
        await service.start()
        for query in ("q", "r"):
            await client.post("/v2/rerank", json={**BODY, "query": query})
        spans = finished(service, exporter)
    requests = {span.context.span_id for span in named(spans, "POST /v2/rerank")}
    linked = [link.context.span_id for run in named(spans, "run") for link in run.links]
    assert len(requests) == 2
    assert all(linked.count(request) == 3 for request in requests)


async def test_a_refusal_and_a_fault_are_spans_too(exporter: InMemorySpanExporter) -> None:
    session = GatedSession()
    async with serving(session, otel_traces=True) as (service, client):
        await service.start()
        assert (await client.post("/v2/rerank", json={"query": "q"})).status == 422
        session.fault = RuntimeError("broken device")
        assert (await client.post("/v2/rerank", json=BODY)).status >= 500
        spans = finished(service, exporter)
    refused, failed = named(spans, "POST /v2/rerank")
    assert (refused.attributes or {})["http.response.status_code"] == 422
    assert (refused.attributes or {})["rerank.reason"] == "validation"
    assert refused.status.status_code is StatusCode.UNSET, "the client's fault"
    assert failed.status.status_code is StatusCode.ERROR
    assert any((run.attributes or {})["rerank.failed"] for run in named(spans, "run"))


async def test_what_the_caller_did_not_sample_is_not_recorded(
    exporter: InMemorySpanExporter,
) -> None:
    async with serving(GatedSession(), otel_traces=True) as (service, client):
        await service.start()
        headers = {"traceparent": f"00-{TRACE_ID}-{PARENT_ID}-00"}
        with capture_logs() as logs:
            assert (await client.post("/v2/rerank", json=BODY, headers=headers)).status == 200
        assert finished(service, exporter) == ()
    assert any(entry.get("trace_id") == TRACE_ID for entry in logs), "the log names it all the same"


async def test_without_the_setting_nothing_is_traced(exporter: InMemorySpanExporter) -> None:
    async with serving(GatedSession()) as (service, client):
        await service.start()
        with capture_logs() as logs:
            assert (await client.post("/v2/rerank", json=BODY)).status == 200
        assert service.tracing is None
    assert "trace_id" not in json.dumps([str(entry) for entry in logs])


def test_without_the_extra_the_start_fails_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    monkeypatch.delitem(sys.modules, "sidecar.telemetry.tracing")
    with pytest.raises(StartupError, match=r'pip install "rerank-sidecar\[otel\]"'):
        open_tracing()
