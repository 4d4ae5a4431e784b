"""The request path's tokenising beside the library's own: the same texts, in turns.

The request path turns passages into pairs of ids: it encodes the query once and each text once,
splices them, and cuts what does not fit into windows. The bare loop is what one would write by
hand: `encode_batch` of (query, text) with truncation. The library spreads both over the cores; wall
time and CPU time of all threads are measured.
"""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from sidecar.contracts.dialects.cohere import COHERE_V2
from sidecar.pipeline.fit import Fit
from sidecar.pipeline.passage_pairs import build_pairs
from sidecar.profile import PLAIN
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.bench.bare_loops import bare_tokenizer
from sidecar.workshop.bench.workload import Request, plain_passages

TARGET = 1.1
WARM_UP = 2


@dataclass(frozen=True, slots=True)
class TokenizingCost:
    """The request path's time divided by the bare loop's, medians over requests; and the request
    path's CPU time in ms per 100 documents."""

    wall: float
    cpu: float
    cpu_ms: float
    target: float = TARGET


def measure(
    folder: Path, manifest: Manifest, tokenizer: PairTokenizer, requests: Iterable[Request]
) -> TokenizingCost | None:
    """The cost, or None for decoders: their prompt is more than two texts, which `encode_batch` of
    pairs cannot encode."""
    if manifest.family != "cross-encoder":
        return None
    bare = bare_tokenizer(folder, manifest)
    measured = [
        _request_cost(request, tokenizer, bare, n % 2 == 1) for n, request in enumerate(requests)
    ]
    counted = measured[WARM_UP:] or measured
    wall, cpu, cpu_ms = (statistics.median(column) for column in zip(*counted, strict=True))
    return TokenizingCost(wall, cpu, cpu_ms)


def _request_cost(
    request: Request, tokenizer: PairTokenizer, bare: Tokenizer, bare_first: bool
) -> tuple[float, float, float]:
    """(ratio of wall times, ratio of CPU times, request path's CPU ms per 100 documents)."""
    rank_request = COHERE_V2.decode(request.body)
    passages = plain_passages(rank_request, tokenizer.max_tokens)
    texts = [(request.query, text) for text in request.texts]

    def request_path() -> None:
        build_pairs(rank_request.query, passages, tokenizer, Fit(long=PLAIN.long))

    def bare_loop() -> None:
        bare.encode_batch(texts)

    order = (bare_loop, request_path) if bare_first else (request_path, bare_loop)
    times = {work: _timed(work) for work in order}
    (wall, cpu), (bare_wall, bare_cpu) = times[request_path], times[bare_loop]
    return wall / bare_wall, cpu / bare_cpu, cpu * 1000 * 100 / len(texts)


def _timed(work: Callable[[], None]) -> tuple[float, float]:
    """Seconds: (wall time, CPU time of all threads)."""
    cpu, wall = time.process_time(), time.perf_counter()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu
