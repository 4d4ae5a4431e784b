"""A model folder's graph on one core: its profile, and its runs by turns with the bare products.

Times are the CPU time of the one thread that works, which other work on the machine changes far
less than it changes the clock's. Where two are compared, they ran one after the other.
"""

import random
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sidecar.errors import StartupError
from sidecar.runtime.loading import shipped_model
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.onnx_session import OnnxSession
from sidecar.runtime.runs import Batch, batch
from sidecar.runtime.tokenizer import Pair, PairTokenizer
from sidecar.workshop.bench.kernels.bare_matmul import BareMatmul
from sidecar.workshop.bench.kernels.graph_profile import GraphProfile, MatmulSize, read_profile
from sidecar.workshop.bench.machine import Machine, read_machine
from sidecar.workshop.bench.report import Spread
from sidecar.workshop.bench.workload import SEED, WordSource

LENGTHS = (32, 64, 128, 256, 512)

PROFILED = 20
"""Runs of a profile."""
WARM = 2


@dataclass(frozen=True, slots=True)
class Product:
    """Products of one size, in the model and alone."""

    size: MatmulSize
    count: int
    """In one run of the model."""
    gops: float
    """Of the bare product: 10^9 operations a second."""


@dataclass(frozen=True, slots=True)
class Length:
    """KernelFigures of pairs of one length."""

    tokens: int
    milliseconds: Spread
    """CPU time of a run."""
    gops: float
    """Operations of all products, attention's too, by a run's time: 10^9 a second."""
    share: Mapping[str, float]
    """Of the nodes' time, by kind of operator; the largest first."""
    products: tuple[Product, ...]
    of_bare: Spread
    """The bare products' time by the run's: 1 would be a run of nothing but its products by
    weights, each as fast as alone."""


@dataclass(frozen=True, slots=True)
class KernelFigures:
    machine: Machine
    model: str
    graph: str
    repeats: int
    lengths: tuple[Length, ...]


def measure(
    folder: Path | None, graph: str | None, lengths: tuple[int, ...], repeats: int
) -> KernelFigures:
    """The figures of a folder's graph (None: the CPU's) at each length; without any, at those of
    LENGTHS that the model takes.

    Raises ModelError for a folder or a graph that cannot be used, StartupError for a length beyond
    the model, ModuleNotFoundError where onnx is not installed.
    """
    import onnx  # noqa: F401  # before minutes are spent

    folder = folder or shipped_model()
    manifest = Manifest.read(folder)
    name, chosen = manifest.graph_for("cpu", graph)
    tokenizer = PairTokenizer.open(folder, manifest)
    session = OnnxSession.open(folder, chosen, "cpu")
    found = []
    for tokens in sorted(set(_fitting(lengths, manifest.max_tokens))):
        arrays = batch([_pair(tokenizer, tokens)], manifest.padding, tokenizer.pad_id)
        profiled = OnnxSession.open(folder, chosen, "cpu", profile=True)
        for _ in range(PROFILED):
            profiled.run(arrays)
        found.append(_length(session, arrays, read_profile(profiled.end_profile()), repeats))
    return KernelFigures(read_machine(), manifest.name, name, repeats, tuple(found))


def _fitting(lengths: tuple[int, ...], most: int) -> tuple[int, ...]:
    if lengths and max(lengths) > most:
        raise StartupError(
            f"--length {max(lengths)}: a pair of this model has at most {most} tokens"
        )
    return lengths or tuple(each for each in LENGTHS if each <= most)


def _length(session: OnnxSession, arrays: Batch, profile: GraphProfile, repeats: int) -> Length:
    bare = {size: BareMatmul(size) for size in profile.products}
    runs: list[float] = []
    alone: dict[MatmulSize, list[float]] = {size: [] for size in bare}
    for _ in range(WARM + repeats):
        runs.append(_seconds(lambda: session.run(arrays)))
        for size, count in profile.products.items():
            alone[size].append(_seconds(lambda: bare[size].run(count)))  # noqa: B023
    runs = runs[WARM:]
    alone = {size: times[WARM:] for size, times in alone.items()}
    sums = [sum(times[turn] for times in alone.values()) for turn in range(repeats)]
    whole = sum(profile.microseconds.values())
    return Length(
        tokens=arrays.input_ids.shape[1],
        milliseconds=Spread.of([seconds * 1e3 for seconds in runs]),
        gops=profile.operations / statistics.median(runs) / 1e9,
        share={kind: spent / whole for kind, spent in profile.microseconds.items()},
        products=tuple(
            Product(size, count, count * size.operations / statistics.median(alone[size]) / 1e9)
            for size, count in profile.products.items()
        ),
        of_bare=Spread.of([one / other for one, other in zip(sums, runs, strict=True)]),
    )


def _seconds(work: Callable[[], object]) -> float:
    """CPU time of this thread, which is the one that works."""
    start = time.thread_time()
    work()
    return time.thread_time() - start


def _pair(tokenizer: PairTokenizer, tokens: int) -> Pair:
    """A pair of exactly so many tokens, of the demo's words."""
    words = WordSource.bundled(tokenizer)
    rng = random.Random(SEED)
    pair = tokenizer.whole(tokenizer.query("red shoes"), words.text(rng, tokens))
    kept = np.r_[: tokens - 1, -1]  # the end keeps its mark
    segments = None if pair.segments is None else pair.segments[kept]
    return Pair(pair.ids[kept], segments)
