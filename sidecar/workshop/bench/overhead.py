"""CPU time of all that is not the model: body -> request -> queue -> order -> body, no sockets.

The service's own scheduler, observers and dialect, over a session that answers at once with zeros.
The pairs are tokenised before; the time is that of all threads of this process. Tokenising stands
beside it, as a ratio.
"""

import asyncio
import statistics
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sidecar.contracts.body import parse
from sidecar.contracts.numbers import dumps
from sidecar.contracts.routes import choose
from sidecar.fusion import rank
from sidecar.http.service import Service
from sidecar.pipeline import Observer, Reranker
from sidecar.pipeline.passage_pairs import Fit, build
from sidecar.pipeline.preparation import prepare, read_all
from sidecar.profile import PLAIN
from sidecar.request import RankResult
from sidecar.runtime.cores import available_cores
from sidecar.runtime.loading import Loaded
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.onnx_session import Logits
from sidecar.runtime.runs import Batch, layout_for
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.settings import load
from sidecar.workshop.bench import tokenizing_cost
from sidecar.workshop.bench.sidecar_over_http import PATH
from sidecar.workshop.bench.tokenizing_cost import TokenizingCost
from sidecar.workshop.bench.workload import Request

WARM_UP = 5
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
    """A session that costs nothing."""

    def run(self, batch: Batch) -> Logits:
        return np.zeros(len(batch.input_ids), dtype=np.float32)


def measure(folder: Path, requests: Iterable[Request]) -> Overhead:
    """The overhead of the requests; the first few only warm up."""
    service = Service(load(), lambda settings, watch: _open(folder, watch.on_run))
    asyncio.run(service.start())
    try:
        reranker = service.reranker
        requests = list(requests)
        measured = [_one(reranker, request) for request in requests]
        manifest = reranker.loaded.manifest
        beside = tokenizing_cost.measure(folder, manifest, reranker.tokenizer, requests)
    finally:
        service.reranker.close()
    kept = measured[WARM_UP:] or measured
    parse_ms, schedule_ms, encode_ms = (statistics.median(part) for part in zip(*kept, strict=True))
    total_ms = statistics.median(map(sum, kept))
    return Overhead(parse_ms, schedule_ms, encode_ms, total_ms, tokenizing=beside)


def _open(folder: Path, on_run: Observer) -> Reranker:
    """The service's reranker for this CPU, but for the session."""
    manifest = Manifest.read(folder)
    name, graph = manifest.graph_for("cpu")
    layout = layout_for("cpu", graph, available_cores())
    tokenizer = PairTokenizer.open(folder, manifest)
    return Reranker(Loaded(manifest, name, "cpu"), tokenizer, Zeros(), layout, on_run=on_run)


def _one(reranker: Reranker, request: Request) -> tuple[float, float, float]:
    """(parse, schedule, encode) of one request, in ms per 100 documents."""
    raw = dumps(request.body)
    tokenizer, manifest = reranker.tokenizer, reranker.loaded.manifest
    most = tokenizer.max_tokens

    start = time.process_time()
    body = parse(raw)
    dialect = choose(PATH, body)
    wanted = dialect.decode(body)
    parsed = time.process_time()

    passages = prepare(wanted, PLAIN, read_all(wanted.documents, PLAIN), None, most).passages
    units = build(wanted.query, passages, tokenizer, Fit(long=PLAIN.long))
    pairs = [unit.pair for unit in units.units]

    queued = time.process_time()
    scored = reranker.scheduler.submit(pairs, time.monotonic() + 600).result()
    done = time.process_time()
    ranked = rank(scored.logits.tolist())
    result = RankResult(ranked, manifest.name, sum(map(len, pairs)))
    dialect.encode(wanted, result, "bench")
    encoded = time.process_time()

    scale = 1000 * 100 / len(wanted.documents)
    return (parsed - start) * scale, (done - queued) * scale, (encoded - done) * scale
