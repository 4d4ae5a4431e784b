"""States, refusals and failures of a service, over a real port."""

import asyncio
import contextlib
import gc
import json
import os
import signal
import socket
import threading
import weakref
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from annotated_types import Le
from structlog.testing import capture_logs

from sidecar.access.request_limits import RequestLimits
from sidecar.contracts.body import read_document
from sidecar.errors import ModelError, Overloaded, StartupError
from sidecar.http.serve import listening, serve
from sidecar.http.service import Service, Watch
from sidecar.pipeline.registry import ModelRegistry
from sidecar.request import Control, RankRequest
from sidecar.runtime.thread_priority import PER_THREAD
from sidecar.settings import Settings
from tests.http.serving import BODY, GatedSession, metric, opener_over, serving, until
from tests.tiny_models import tiny_model


async def test_probes_before_and_after_the_model_is_there() -> None:
    async with serving(GatedSession()) as (service, client):
        for path, status in {"live": 200, "ready": 503, "startup": 503}.items():
            assert (await client.get(f"/health/{path}")).status == status
        early = await client.post("/v2/rerank", json=BODY)
        assert early.status == 503
        assert early.headers["Retry-After"] == "1"
        assert (await early.json())["error_type"] == "not_ready"

        await service.start()
        for path in ("/health", "/health/live", "/health/ready", "/health/startup", "/info"):
            assert (await client.get(path)).status == 200
        assert metric(service, "rerank_ready") == 1

        service.drain()
        assert (await client.get("/health/ready")).status == 503
        assert (await client.get("/health/startup")).status == 200
        assert (await client.post("/v2/rerank", json=BODY)).status == 200, "still served"
        assert metric(service, "rerank_ready") == 0


async def test_a_service_with_the_largest_numbers_answers() -> None:
    names = set(RequestLimits.model_fields) - {"max_connections"}  # of which the system has a say
    names |= {"deadline_ms", "hook_budget_ms", "drain_s", "shutdown_s", "idle_unload_min"}
    fields = {name: Settings.model_fields[name] for name in (*names, "price_per_hour")}
    largest: dict[str, Any] = {
        name: next(m.le for m in f.metadata if isinstance(m, Le)) for name, f in fields.items()
    }
    async with serving(GatedSession(), **largest) as (service, client):
        await service.start()
        assert (await client.post("/v2/rerank", json=BODY)).status == 200
        for path in ("/info", "/metrics", "/openapi.json"):
            async with client.get(path) as answer:
                await answer.read()
                assert answer.status == 200, path


async def test_a_stop_while_the_model_loads_is_not_undone() -> None:
    async with serving(GatedSession()) as (service, client):
        service.drain()
        await service.start()
        assert service.state == "draining"
        assert (await client.get("/health/ready")).status == 503
        assert metric(service, "rerank_ready") == 0


async def test_a_model_that_must_not_serve_stops_the_start() -> None:
    def refuse(settings: Settings, watch: Watch) -> ModelRegistry:
        raise ModelError("it is altered")

    async with listening(Settings(port=0), refuse) as (service, _):
        with pytest.raises(ModelError, match="altered"):
            await service.start()
        assert service.state == "failed"


async def test_a_model_that_fails_after_the_stop_is_no_traceback() -> None:
    draining = threading.Event()

    def refuse(settings: Settings, watch: Watch) -> ModelRegistry:
        draining.wait(10)
        raise ModelError("it is altered")

    faults: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context))
    with capture_logs() as logs:
        task = asyncio.create_task(serve(Settings(port=0, drain_s=0.5), opener=refuse))
        await until(lambda: "listening" in [line["event"] for line in logs])
        os.kill(os.getpid(), signal.SIGTERM)
        await until(lambda: "draining" in [line["event"] for line in logs])
        draining.set()
        await task
    gc.collect()
    assert not faults


async def test_the_event_loop_answers_while_a_run_is_under_way() -> None:
    session = GatedSession()
    async with serving(session) as (service, client):
        await service.start()
        session.gate.clear()
        waiting = asyncio.create_task(client.post("/v2/rerank", json=BODY))
        await session.wait_entered()
        assert (await client.get("/health/live")).status == 200
        assert (
            'rerank_queue_pairs{model="minilm-en"} 3.0'
            in await (await client.get("/metrics")).text()
        )
        assert not waiting.done()
        session.gate.set()
        assert (await waiting).status == 200


async def test_how_long_a_new_pair_would_wait_is_a_metric() -> None:
    session = GatedSession()

    def wait_s() -> float:
        return metric(service, "rerank_queue_wait_seconds", model="minilm-en")

    async with serving(session) as (service, client):
        await service.start()
        assert (await client.post("/v2/rerank", json=BODY)).status == 200  # measures the rate
        assert wait_s() == 0
        session.gate.clear()
        waiting = asyncio.create_task(client.post("/v2/rerank", json=BODY))
        await until(lambda: wait_s() > 0)
        session.gate.set()
        assert (await waiting).status == 200
        assert wait_s() == 0


@pytest.mark.skipif(not PER_THREAD, reason="priorities of threads are Linux's")
async def test_workers_and_tokenising_give_way_to_the_event_loop() -> None:
    async with serving(GatedSession(), worker_nice=3) as (service, client):
        await service.start()
        many = {"query": "q", "documents": ["a document"] * 20}  # a few are not left to a thread
        assert (await client.post("/v2/rerank", json=many)).status == 200
        nice = {
            thread.name: os.getpriority(os.PRIO_PROCESS, thread.native_id or 0)
            for thread in threading.enumerate()
        }
        loop = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    assert nice["rerank-0"] == nice["tokenize_0"] == loop + 3


async def test_full_collections_do_not_go_through_what_the_start_has_made() -> None:
    seen = []

    @contextlib.contextmanager
    def look(service: Service) -> Iterator[None]:
        seen.append(gc.get_freeze_count())
        os.kill(os.getpid(), signal.SIGINT)
        yield

    try:
        await serve(Settings(port=0), look, opener_over(GatedSession()))
    finally:
        gc.unfreeze()
    assert seen[0] > 10_000


async def test_a_model_that_is_replaced_is_freed_without_the_garbage_collector(
    tmp_path: Path,
) -> None:
    folder = tiny_model(tmp_path / "second", 2)
    async with serving(GatedSession()) as (service, client):
        await service.start()
        name = service.models.default.model.name
        assert (await client.post("/v2/rerank", json=BODY)).status == 200
        first = weakref.ref(service.models.default)
        gc.disable()
        try:
            await service.live_models.load(name, folder)
            await until(lambda: first() is None)
        finally:
            gc.enable()


async def test_a_request_whose_client_has_gone_is_dropped() -> None:
    session = GatedSession()
    async with serving(session) as (service, client):
        await service.start()
        session.gate.clear()
        before = session.runs
        assert client._base_url is not None
        reader, writer = await asyncio.open_connection("127.0.0.1", client._base_url.port)
        raw = json.dumps(BODY).encode()
        writer.write(
            b"POST /v2/rerank HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % len(raw)
        )
        writer.write(raw)
        await session.wait_entered()
        assert service.models.default.scorer.load().inputs == 3
        writer.close()
        await until(lambda: metric(service, "rerank_cancelled_total") == 1)
        assert service.models.default.scorer.load().inputs == 1, "only the run under way is left"
        session.gate.set()
        assert (await client.post("/v2/rerank", json=BODY)).status == 200
        assert session.runs - before == 1 + 3, "the two pairs that waited never ran"
        assert metric(service, "rerank_inflight_requests") == 0
        reader.feed_eof()


async def test_overload_is_429_before_any_work_and_an_idle_server_takes_anything() -> None:
    session = GatedSession()
    async with serving(session) as (service, client):
        await service.start()
        # A rate is known after one request; then the queue is filled with work that stands still.
        assert (await client.post("/v2/rerank", json=BODY)).status == 200
        session.gate.clear()
        large = json.dumps({"query": "q", "documents": ["many words " * 60] * 900}).encode()
        waiting = asyncio.create_task(client.post("/v2/rerank", data=large))
        await until(lambda: service.models.default.scorer.load().inputs == 900)
        rate = service.models.default.scorer.load().tokens_per_second
        assert rate is not None
        tokens = service.models.default.scorer.load().tokens
        impatient = int(tokens / rate * 1000 / 2)  # half of the time that the queue takes, ms
        hurry = {"X-Request-Deadline-Ms": str(impatient)}
        refused = await client.post("/v2/rerank", data=large, headers=hurry)
        assert refused.status == 429
        assert int(refused.headers["Retry-After"]) >= 1
        assert int(refused.headers["retry-after-ms"]) >= 1
        assert (await refused.json())["error_type"] == "overloaded"
        assert metric(service, "rerank_rejected_total", reason="overloaded") == 1
        assert service.models.default.scorer.load().inputs == 900, "nothing of it was queued"
        session.gate.set()
        assert (await waiting).status == 200


async def test_of_a_burst_all_are_taken_or_refused_before_anyone_is_prepared(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    happened = []
    async with serving(GatedSession()) as (service, client):
        await service.start()
        assert (await client.post("/v2/rerank", json=BODY)).status == 200  # a rate is known
        pipeline = service.models.default
        submit = pipeline.threads.submit

        def prepare(*arguments: Any) -> "Future[Any]":
            happened.append("prepared")
            return submit(*arguments)

        async def ask(deadline_s: float) -> None:
            documents = (read_document("many words"),) * 20
            request = RankRequest("q", documents, Control(deadline_s=deadline_s))
            try:
                await pipeline.rank(request)
            except Overloaded:
                happened.append("refused")

        monkeypatch.setattr(pipeline.threads, "submit", prepare)
        await asyncio.gather(ask(20.0), ask(1e-9), ask(20.0), ask(1e-9))
    assert happened == ["refused", "refused", "prepared", "prepared"]


async def test_a_deadline_that_passes_is_504_and_frees_the_queue() -> None:
    session = GatedSession()
    async with serving(session, deadline_ms=200) as (service, client):
        await service.start()
        session.gate.clear()
        late = await client.post("/opensearch/rerank", json=BODY)
        assert late.status == 504
        assert (await late.json())["error_type"] == "deadline"
        assert service.models.default.scorer.load().inputs == 1
        session.gate.set()


async def test_a_model_that_fails_is_503_and_counted_and_its_words_stay_inside() -> None:
    session = GatedSession()
    async with serving(session) as (service, client):
        await service.start()
        session.fault = RuntimeError("document: the secret text")
        failed = await client.post("/v2/rerank", json=BODY)
        assert failed.status == 503
        assert "secret" not in await failed.text()
        assert metric(service, "rerank_session_failures_total", model="minilm-en") > 0
        session.fault = None
        assert (await client.post("/v2/rerank", json=BODY)).status == 200


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
async def test_a_score_that_is_not_finite_never_leaves(value: float) -> None:
    session = GatedSession()
    async with serving(session) as (service, client):
        await service.start()
        session.value = value
        answer = await client.post("/v2/rerank", json=BODY)
        assert answer.status == 500
        assert (await answer.json())["error_type"] == "non_finite"
        assert metric(service, "rerank_rejected_total", reason="non_finite") == 1


async def test_a_bug_is_500_without_its_text(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async with serving(GatedSession()) as (service, client):
        await service.start()

        async def broken(*arguments: object) -> None:
            raise KeyError("the secret text")

        monkeypatch.setattr(service.models.default, "rank", broken)
        answer = await client.post("/v2/rerank", json=BODY)
        assert answer.status == 500
        assert "secret" not in await answer.text()
    logged = capsys.readouterr().out
    assert "KeyError" in logged
    assert "secret" not in logged


async def test_no_text_reaches_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    async with serving(GatedSession()) as (service, client):
        await service.start()
        body = {"query": "mysterious", "documents": ["confidential", {"title": "classified"}]}
        assert (await client.post("/v2/rerank", json=body)).status == 200
        assert (await client.post("/v2/rerank", json={**body, "top_n": "x"})).status == 422
    logged = capsys.readouterr().out
    assert "request" in logged
    for text in ("mysterious", "confidential", "classified"):
        assert text not in logged


async def test_a_hung_run_fails_the_live_probe() -> None:
    session = GatedSession()
    async with serving(session, run_timeout_s=0.05) as (service, client):
        await service.start()
        assert (await client.get("/health/live")).status == 200
        session.gate.clear()
        waiting = asyncio.create_task(client.post("/v2/rerank", json=BODY))
        await session.wait_entered()
        await until(lambda: not service.live)
        assert (await client.get("/health/live")).status == 503
        session.gate.set()
        await waiting


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "one"}, 401),
        ({"Authorization": "Bearer one"}, 200),
        ({"Authorization": "bearer two"}, 200),
        ({"X-API-Key": "two"}, 200),
        ({"Api-Key": "one"}, 200),
        ({"Authorization": "Bearer null", "X-API-Key": "one"}, 200),
        ({"Authorization": "Bearer", "Api-Key": "two"}, 200),
        ({"Authorization": "", "X-API-Key": "one"}, 200),
        ({"Authorization": "Basic Zm9v", "X-API-Key": "one"}, 200),
        ({"Authorization": "Bearer one", "X-API-Key": "wrong"}, 200),
        ({"Authorization": "Bearer null"}, 401),
        ({"Authorization": "Bearer ", "X-API-Key": "", "Api-Key": ""}, 401),
        ({"Authorization": "Bearer null", "X-API-Key": "wrong"}, 401),
    ],
)
async def test_keys_guard_the_rerank_routes_alone(headers: dict[str, str], status: int) -> None:
    async with serving(GatedSession(), api_key="one, two") as (service, client):
        await service.start()
        answer = await client.post("/v2/rerank", json=BODY, headers=headers)
        assert answer.status == status
        if status == 401:
            assert answer.headers["WWW-Authenticate"] == "Bearer"
            assert (await answer.json())["error_type"] == "auth"
        for path in ("/health/ready", "/metrics", "/openapi.json"):
            async with client.get(path) as response:
                assert response.status == 200


def _has_ipv6_loopback() -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET6) as probe:
        probe.bind(("::1", 0))
        return True
    return False


needs_ipv6 = pytest.mark.skipif(not _has_ipv6_loopback(), reason="this machine has no ::1")


@needs_ipv6
async def test_an_ipv6_address_is_logged_as_it_can_be_opened() -> None:
    async with serving(GatedSession(), host="::1") as (service, client):
        assert client._base_url is not None
        assert str(client._base_url).startswith("http://[::1]:")
        await service.start()
        assert (await client.post("/v2/rerank", json=BODY)).status == 200


@needs_ipv6
async def test_an_address_that_is_taken_is_named_with_brackets() -> None:
    async with serving(GatedSession(), host="::1") as (_, client):
        assert client._base_url is not None
        taken = Settings(host="::1", port=client._base_url.port or 0)
        with pytest.raises(StartupError, match=r"cannot listen on http://\[::1\]:\d+"):
            async with listening(taken):
                pass


async def test_metrics_and_timings_of_a_request() -> None:
    async with serving(GatedSession()) as (service, client):
        await service.start()
        answer = await client.post("/rerank", json={"query": "q", "texts": ["a", "b"]})
        stages = [part.split(";")[0] for part in answer.headers["Server-Timing"].split(", ")]
        assert stages == ["parse", "tokenize", "queue", "infer", "fuse", "encode"]
        for name in ("x-total-time", "x-queue-time", "x-inference-time", "x-compute-tokens"):
            assert answer.headers[name].isdecimal()
        assert metric(service, "rerank_requests_total", dialect="tei", status="200") == 1
        assert metric(service, "rerank_documents_per_request_sum") == 2
        assert metric(service, "rerank_run_pairs_count", model="minilm-en") == 2
        assert metric(service, "rerank_padding_tokens_total", model="minilm-en") == 0
        assert metric(service, "rerank_tokens_total", model="minilm-en") == float(
            answer.headers["x-compute-tokens"]
        )


async def test_a_body_that_trickles_in_is_refused_and_its_connection_closed() -> None:
    async with serving(GatedSession(), body_timeout_s=0.3) as (service, client):
        await service.start()
        reader, writer = await asyncio.open_connection(client._base_url.host, client._base_url.port)
        head = "POST /v2/rerank HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
        writer.write(head.encode())

        async def trickle() -> None:
            for _ in range(1000):
                writer.write(b" ")
                await asyncio.sleep(0.05)

        slow = asyncio.create_task(trickle())
        try:
            async with asyncio.timeout(20):
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                body = await reader.readexactly(
                    int(head.partition("Content-Length: ")[2].split()[0])
                )
        finally:
            slow.cancel()
            writer.close()
        assert head.startswith("HTTP/1.1 408 ")
        assert "Connection: close" in head
        assert json.loads(body)["error_type"] == "too_slow"
        assert metric(service, "rerank_rejected_total", reason="too_slow") == 1
