"""The rerank handler, shared by all dialects, and the read-only routes."""

import asyncio
import time
from dataclasses import replace
from functools import cache, partial

from aiohttp import web

from sidecar import __version__
from sidecar.contracts import openapi
from sidecar.contracts.control import parse_query
from sidecar.contracts.dialect import Dialect
from sidecar.contracts.extras import warnings
from sidecar.contracts.numbers import dumps
from sidecar.contracts.routes import PROFILE_ROUTES, choose, decode
from sidecar.contracts.validation import parse
from sidecar.errors import NotReady
from sidecar.http.experiments import Treatment
from sidecar.http.json_response import json_response
from sidecar.http.keys import (
    AFTERWARDS,
    API_KEY,
    ARM,
    DIALECT,
    FACTS,
    REQUEST_ID,
    SERVICE,
    TRACE,
)
from sidecar.http.middleware import route_template
from sidecar.http.request_body import parse_body, read_body
from sidecar.http.service import Service
from sidecar.pipeline.rerank_pipeline import RerankPipeline
from sidecar.pipeline.served_model import ServedModel
from sidecar.request import RankRequest, RankResult
from sidecar.runtime.flows import Flow
from sidecar.runtime.options import Runtime

COMPUTE_TYPES: dict[Runtime, str] = {"onnxruntime": "onnx", "openvino": "openvino"}
"""As text-embeddings-inference names them after the device."""


async def rerank(request: web.Request) -> web.Response:
    """Body to request to result to body; every fault is an exception that the envelope renders."""
    service = request.app[SERVICE]
    models = service.live_models
    raw = await read_body(request)
    start = time.perf_counter()
    dialect, rank_request = await parse_body(raw, partial(_decode, request))
    request[FACTS]["docs"] = len(rank_request.documents)
    key = request[API_KEY]
    service.take_quota(key, "documents", len(rank_request.documents))
    treatment = service.experiments.treat(rank_request, dialect, key)
    if treatment.name is not None:
        request[ARM] = treatment.name
    name = treatment.model or rank_request.model or request.match_info.get("model")
    strict = service.settings.strict_model
    parsed = time.perf_counter()
    async with models.hold(name, rank_request.control.deadline_s, strict=strict) as held:
        if held.left_s is not None:
            control = replace(treatment.request.control, deadline_s=held.left_s)
            in_time = replace(treatment.request, control=control)
            treatment = replace(treatment, request=in_time)
        return await _answer(request, dialect, treatment, held.model.reranker, start, parsed)


async def _answer(
    request: web.Request,
    dialect: Dialect,
    treatment: Treatment,
    pipeline: RerankPipeline,
    start: float,
    parsed: float,
) -> web.Response:
    """The model's answer to a request whose body came at `start` and was read at `parsed`."""
    service = request.app[SERVICE]
    request[FACTS]["model"] = pipeline.model.name
    key = request[API_KEY]
    client = Flow(key.priority, key.name)
    rank_request = treatment.request
    result = await treatment.rank(pipeline, client, service.models.held)
    ranked = time.perf_counter()
    body = dialect.encode(rank_request, result, request[REQUEST_ID])
    seconds = {
        "parse": parsed - start,
        "tokenize": result.timings.tokenize,
        "queue": result.timings.queue,
        "infer": result.timings.infer,
        "fuse": result.timings.fuse,
        "encode": time.perf_counter() - ranked,
    }
    if TRACE in request:
        request[TRACE].stages(time.perf_counter() - start, seconds)
    arm = str(treatment.name or "")
    request[AFTERWARDS].append(
        partial(_record, service, dialect, pipeline.model, rank_request, result, seconds, arm)
    )
    request[FACTS]["tokens"] = result.tokens
    if result.degraded:
        request[FACTS]["degraded"] = result.degraded.by
    if result.unscored:
        request[FACTS]["coverage"] = round(result.coverage or 0.0, 4)
    request[FACTS]["stages_ms"] = {stage: round(s * 1000, 2) for stage, s in seconds.items()}
    running = pipeline.model.running
    runtime = f"{running.device}+{COMPUTE_TYPES[running.runtime]}"
    headers = _timing_headers(seconds, rank_request, result, runtime)
    return web.Response(body=body, content_type="application/json", headers=headers)


def _record(
    service: Service,
    dialect: Dialect,
    model: ServedModel,
    rank_request: RankRequest,
    result: RankResult,
    seconds: dict[str, float],
    arm: str,
) -> None:
    """Adds an answer to the metrics, if its model still has its name. The client may take the
    answer long after the model has gone, and its rows with it: they would stay for good."""
    served = service.models.served.get(model.name)
    if served is not None and served.running == model.running:
        service.answers.record(dialect, model, rank_request, result, seconds, arm)


def _decode(request: web.Request, raw: bytes) -> tuple[Dialect, RankRequest]:
    body = parse(raw)
    if request.query.get("query") == "json":
        body = parse_query(body)
    route = route_template(request)
    dialect = choose(PROFILE_ROUTES.get(route, route), body)
    request[DIALECT] = dialect  # from here on a refusal is in the dialect's shape
    profile = request.match_info.get("profile")
    max_documents = request.app[SERVICE].settings.max_documents
    decoded = decode(dialect, body, request.headers, profile=profile, max_documents=max_documents)
    return dialect, decoded


def _timing_headers(
    seconds: dict[str, float], rank_request: RankRequest, result: RankResult, runtime: str
) -> dict[str, str]:
    """Server-Timing for browsers and people, and the x-* set of text-embeddings-inference."""
    ms = {stage: spent * 1000 for stage, spent in seconds.items()}
    timing = ", ".join(f"{stage};dur={spent:.2f}" for stage, spent in ms.items())
    return {
        "Server-Timing": timing,
        "x-compute-type": runtime,
        "x-compute-time": f"{ms['tokenize'] + ms['queue'] + ms['infer']:.0f}",
        "x-compute-characters": str(sum(document.size for document in rank_request.documents)),
        "x-compute-tokens": str(result.tokens),
        "x-rerank-cache": str(result.cached),
        "x-total-time": f"{sum(ms.values()):.0f}",
        "x-tokenization-time": f"{ms['tokenize']:.0f}",
        "x-queue-time": f"{ms['queue']:.0f}",
        "x-inference-time": f"{ms['infer']:.0f}",
        **({"x-rerank-warnings": _header(warnings(result))} if warnings(result) else {}),
        **({"x-truncated-documents": str(len(result.truncated))} if result.truncated else {}),
        **(
            {"x-rerank-below-min-score": str(result.below_min_score)}
            if result.below_min_score is not None
            else {}
        ),
        **({"x-rerank-score-revision": result.score_revision} if result.score_revision else {}),
        **({"x-rerank-degraded": result.degraded.by} if result.degraded else {}),
        **({"x-rerank-coverage": f"{result.coverage:.4g}"} if result.coverage is not None else {}),
    }


def _header(messages: list[str]) -> str:
    """Warnings as one header value, for answers whose shape has no room for them."""
    return "; ".join(messages).encode("ascii", "backslashreplace").decode().replace("\n", " ")


async def live(request: web.Request) -> web.Response:
    """200 while the event loop answers and no run hangs."""
    if not request.app[SERVICE].live:
        raise NotReady("a run hangs")
    return json_response({"status": "live"})


async def ready(request: web.Request) -> web.Response:
    """200 while requests are welcome."""
    if (reason := request.app[SERVICE].not_ready) is not None:
        raise NotReady(reason)
    return json_response({"status": "ready"})


async def startup(request: web.Request) -> web.Response:
    """200 once the model is loaded, proven and warm; a drain does not undo it."""
    state = request.app[SERVICE].state
    if state in ("starting", "failed"):
        raise NotReady(f"the service is {state}")
    return json_response({"status": "started"})


async def metrics(request: web.Request) -> web.Response:
    """Prometheus' text format."""
    text = request.app[SERVICE].metrics.text()
    return web.Response(body=text, headers={"Content-Type": "text/plain; version=0.0.4"})


async def openapi_document(request: web.Request) -> web.Response:
    """The document, made off the event loop and once: it takes a third of a second."""
    body = await asyncio.to_thread(_openapi)
    return web.Response(body=body, content_type="application/json")


@cache
def _openapi() -> bytes:
    return dumps(openapi.document(__version__))
