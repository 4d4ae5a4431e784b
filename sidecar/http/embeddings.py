"""The handler of all embedding dialects: body to request to vectors to body."""

import time
from dataclasses import replace
from functools import partial

from aiohttp import web

from sidecar.contracts.embeddings.dialect import EmbeddingDialect
from sidecar.contracts.embeddings.routes import choose, decode, plain_path
from sidecar.contracts.validation import parse
from sidecar.embedding import EmbedRequest, EmbedResult
from sidecar.http.keys import API_KEY, DIALECT, FACTS, REQUEST_ID, SERVICE, TRACE
from sidecar.http.middleware import route_template
from sidecar.http.request_body import parse_body, read_body
from sidecar.runtime.flows import Flow


async def embed(request: web.Request) -> web.Response:
    """Every fault is an exception that the envelope renders, in the words of the dialect."""
    service = request.app[SERVICE]
    models = service.live_models
    raw = await read_body(request)
    start = time.perf_counter()
    dialect, wanted = await parse_body(raw, partial(_decode, request))
    request[FACTS]["docs"] = len(wanted.texts)
    key = request[API_KEY]
    service.take_quota(key, "documents", len(wanted.texts))
    strict = service.settings.strict_model
    parsed = time.perf_counter()
    async with models.hold(wanted.model, wanted.deadline_s, strict=strict, kind="encoder") as held:
        request[FACTS]["model"] = held.model.name
        if held.left_s is not None:
            wanted = replace(wanted, deadline_s=held.left_s)
        result = await held.model.encoder.embed(wanted, Flow(key.priority, key.name))
    made = time.perf_counter()
    body = dialect.encode(wanted, result, request[REQUEST_ID])
    seconds = {
        "parse": parsed - start,
        "tokenize": result.timings.tokenize,
        "queue": result.timings.queue,
        "infer": result.timings.infer,
        "encode": time.perf_counter() - made,
    }
    if TRACE in request:
        request[TRACE].stages(time.perf_counter() - start, seconds)
    request[FACTS]["tokens"] = result.tokens
    request[FACTS]["stages_ms"] = {stage: round(s * 1000, 2) for stage, s in seconds.items()}
    service.metrics.embedded.labels(model=result.model).inc(len(wanted.texts))
    service.metrics.truncated.inc(len(result.truncated))
    headers = _headers(wanted, result, seconds)
    return web.Response(body=body, content_type="application/json", headers=headers)


def _decode(request: web.Request, raw: bytes) -> tuple[EmbeddingDialect, EmbedRequest]:
    body = parse(raw)
    path, said = plain_path(route_template(request))
    dialect = choose(path, body)
    request[DIALECT] = dialect
    limit = request.app[SERVICE].settings.max_documents
    url = {**request.query, **said}
    return dialect, decode(dialect, body, url, request.headers, max_texts=limit)


def _headers(
    request: EmbedRequest, result: EmbedResult, seconds: dict[str, float]
) -> dict[str, str]:
    """Server-Timing for browsers and people, and what a bare array has no room for."""
    ms = {stage: spent * 1000 for stage, spent in seconds.items()}
    return {
        "Server-Timing": ", ".join(f"{stage};dur={spent:.2f}" for stage, spent in ms.items()),
        "x-compute-characters": str(sum(map(len, request.texts))),
        "x-compute-tokens": str(result.tokens),
        "x-total-time": f"{sum(ms.values()):.0f}",
        **({"x-truncated-documents": str(len(result.truncated))} if result.truncated else {}),
        **({"x-rerank-score-revision": result.revision} if result.revision else {}),
    }
