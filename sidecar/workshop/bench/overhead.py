"""CPU time of a request without the model: body -> request -> queue -> order -> body, no sockets.

The service's own scheduler, observers and dialect, over a session that returns zeros at once. The
pairs are tokenised beforehand; the time is that of all threads of this process. Tokenising is
measured apart, as a ratio.
"""

import asyncio
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sidecar.contracts.numbers import dumps
from sidecar.contracts.routes import choose
from sidecar.contracts.validation import parse
from sidecar.fusion import rank
from sidecar.http.service import Service
from sidecar.pipeline.fit import Fit
from sidecar.pipeline.passage_pairs import build_pairs
from sidecar.pipeline.registry import ModelRegistry
from sidecar.pipeline.rerank_pipeline import RerankPipeline
from sidecar.pipeline.served_model import ServedModel
from sidecar.profile import PLAIN
from sidecar.request import RankResult
from sidecar.runtime.cores import available_cores
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_session import Observer
from sidecar.runtime.options import RuntimeOptions
from sidecar.runtime.running_graph import RunningGraph
from sidecar.runtime.runs import layout_for
from sidecar.runtime.session import Batch, Tensors
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.settings import load
from sidecar.workshop.bench import tokenizing_cost
from sidecar.workshop.bench.sidecar_over_http import PATH
from sidecar.workshop.bench.tokenizing_cost import TokenizingCost
from sidecar.workshop.bench.workload import Request, plain_passages

WARM_UP = 5
DEADLINE_S = 600.0
TARGET_MS = 5.0


@dataclass(frozen=True, slots=True)
class Overhead:
    """Milliseconds of CPU time per 100 documents; medians over requests."""

    parse: float
    schedule: float
    encode: float
    total: float
    target: float = TARGET_MS
    tokenizing: TokenizingCost | None = None


class Zeros:
    """A session that costs nothing: every logit is 0."""

    def run(self, batch: Batch) -> Tensors:
        return {"logits": np.zeros(len(batch.input_ids), dtype=np.float32)}


def measure(folder: Path, requests: Iterable[Request]) -> Overhead:
    """The overhead of the requests; the first WARM_UP of them are not counted."""
    service = Service(load(), lambda settings, watch: _open(folder, watch.on_run))
    asyncio.run(service.start())
    try:
        pipeline = service.models.default
        requests = list(requests)
        measured = [_request_ms(pipeline, request) for request in requests]
        model = pipeline.model
        tokenizing = tokenizing_cost.measure(
            folder, model.running.manifest, model.tokenizer, requests
        )
    finally:
        service.models.close()
    counted = measured[WARM_UP:] or measured
    parse_ms, schedule_ms, encode_ms = map(statistics.median, zip(*counted, strict=True))
    total_ms = statistics.median(map(sum, counted))
    return Overhead(parse_ms, schedule_ms, encode_ms, total_ms, tokenizing=tokenizing)


def _open(folder: Path, on_run: Observer) -> ModelRegistry:
    """The service's models for this CPU, with a session of zeros."""
    manifest = Manifest.read(folder)
    name, graph = manifest.graph_for("cpu")
    layout = layout_for(RuntimeOptions(), graph, available_cores())
    tokenizer = PairTokenizer.open(folder, manifest)
    registry = ModelRegistry(layout.workers, deadline_s=DEADLINE_S, on_run=on_run)
    running = RunningGraph(manifest, name, "cpu")
    registry.add(ServedModel(manifest.name, running, tokenizer, layout), Zeros())
    return registry


def _request_ms(pipeline: RerankPipeline, request: Request) -> tuple[float, float, float]:
    """(parse, schedule, encode) of one request, in ms per 100 documents."""
    raw = dumps(request.body)
    tokenizer = pipeline.model.tokenizer

    start = time.process_time()
    body = parse(raw)
    dialect = choose(PATH, body)
    rank_request = dialect.decode(body)
    parsed = time.process_time()

    passages = plain_passages(rank_request, tokenizer.max_tokens)
    built = build_pairs(rank_request.query, passages, tokenizer, Fit(long=PLAIN.long))
    pairs = [pair.input for pair in built.pairs]

    queued = time.process_time()
    scored = pipeline.scorer.submit(pairs, time.monotonic() + DEADLINE_S).result()
    done = time.process_time()
    ranked = rank(scored.outputs.tolist())
    result = RankResult(ranked, pipeline.model.name, sum(map(len, pairs)))
    dialect.encode(rank_request, result, "bench")
    encoded = time.process_time()

    scale = 1000 * 100 / len(rank_request.documents)
    return (parsed - start) * scale, (done - queued) * scale, (encoded - done) * scale
