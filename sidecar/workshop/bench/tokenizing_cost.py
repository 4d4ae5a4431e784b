"""The request path's tokenising beside the library's own: the same texts, in turns.

Ours takes passages to pairs of ids: the query once, each text once, spliced, what does not fit cut
into windows. The bare way is what one would write: `encode_batch` of (query, text) with truncation.
Both spread over the cores by the library; the time is the wall's, the CPU time that of all threads.
"""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from tokenizers import Tokenizer

from sidecar.contracts.dialects.cohere import decode_v2
from sidecar.pipeline.passage_pairs import Fit, build
from sidecar.pipeline.preparation import prepare, read_all
from sidecar.profile import PLAIN
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.bench.bare_loops import bare_tokenizer
from sidecar.workshop.bench.workload import Request

TARGET = 1.1
WARM_UP = 2


@dataclass(frozen=True, slots=True)
class TokenizingCost:
    """Ours divided by the bare way's, medians over requests; and ours in ms per 100 documents."""

    wall: float
    cpu: float
    cpu_ms: float
    target: float = TARGET


def measure(
    folder: Path, manifest: Manifest, tokenizer: PairTokenizer, requests: Iterable[Request]
) -> TokenizingCost | None:
    """None where the library encodes no such pairs: a decoder's prompt is more than two texts."""
    if manifest.family != "cross-encoder":
        return None
    bare = bare_tokenizer(folder, manifest)
    measured = [_both(request, tokenizer, bare, n % 2 == 1) for n, request in enumerate(requests)]
    kept = measured[WARM_UP:] or measured
    wall, cpu, cpu_ms = (statistics.median(column) for column in zip(*kept, strict=True))
    return TokenizingCost(wall, cpu, cpu_ms)


def _both(
    request: Request, tokenizer: PairTokenizer, bare: Tokenizer, bare_first: bool
) -> tuple[float, float, float]:
    """(ratio of wall times, of CPU times, our CPU ms per 100 documents)."""
    wanted = decode_v2(request.body)
    read = read_all(wanted.documents, PLAIN)
    passages = prepare(wanted, PLAIN, read, None, tokenizer.max_tokens).passages
    texts = [(request.query, text) for text in request.texts]

    def ours() -> None:
        build(wanted.query, passages, tokenizer, Fit(long=PLAIN.long))

    def theirs() -> None:
        bare.encode_batch(texts)

    order = (theirs, ours) if bare_first else (ours, theirs)
    times = {way: _timed(way) for way in order}
    (wall, cpu), (bare_wall, bare_cpu) = times[ours], times[theirs]
    return wall / bare_wall, cpu / bare_cpu, cpu * 1000 * 100 / len(texts)


def _timed(way: Callable[[], None]) -> tuple[float, float]:
    """Seconds: wall, and CPU of all threads."""
    cpu, wall = time.process_time(), time.perf_counter()
    way()
    return time.perf_counter() - wall, time.process_time() - cpu
