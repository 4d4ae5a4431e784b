"""A model folder's graph on one core: its profile, and its runs in turn with bare products.

Times are the CPU time of the one working thread, which other processes disturb far less than wall
time. Times that are compared are measured one right after the other.
"""

import random
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sidecar.errors import StartupError
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.runtime.onnx_session import OnnxSession
from sidecar.runtime.runs import batch
from sidecar.runtime.session import Batch, ModelInput
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.bench.kernels.bare_matmul import BareMatmul
from sidecar.workshop.bench.kernels.graph_profile import GraphProfile, MatmulSize, read_profile
from sidecar.workshop.bench.machine import Machine, read_machine
from sidecar.workshop.bench.spread import Spread
from sidecar.workshop.bench.workload import SEED, WordSource

LENGTHS = (32, 64, 128, 256, 512)

PROFILE_RUNS = 20
WARM_UP = 2


@dataclass(frozen=True, slots=True)
class ProductFigures:
    """Matrix products of one size, in the model and alone."""

    size: MatmulSize
    count: int
    """In one run of the model."""
    gops: float
    """Of the bare product: 10^9 operations a second."""


@dataclass(frozen=True, slots=True)
class LengthFigures:
    """Runs of one pair of one length."""

    tokens: int
    milliseconds: Spread
    """CPU time of a run."""
    gops: float
    """10^9 operations a second: of all products, attention's too, over a run's time."""
    share: Mapping[str, float]
    """Of the nodes' time, by kind of operator; the largest first."""
    products: tuple[ProductFigures, ...]
    of_bare: Spread
    """The bare products' time over the run's: 1 would be a run of nothing but its products by
    weights, each as fast as alone."""


@dataclass(frozen=True, slots=True)
class KernelFigures:
    """Everything that is shown and written."""

    machine: Machine
    model: str
    graph: str
    repeats: int
    lengths: tuple[LengthFigures, ...]


def measure_kernels(
    folder: Path | None, graph: str | None, lengths: tuple[int, ...], repeats: int
) -> KernelFigures:
    """The figures of a folder's graph (None: the CPU's) at each length; without any, at those of
    LENGTHS that the model takes.

    Raises ModelError for a folder or a graph that cannot be used, StartupError for a length beyond
    the model, ModuleNotFoundError where onnx is not installed.
    """
    import onnx  # noqa: F401  # fails before minutes are spent

    folder = folder or shipped_model()
    manifest = Manifest.read(folder)
    name, selected = manifest.graph_for("cpu", graph)
    tokenizer = PairTokenizer.open(folder, manifest)
    session = OnnxSession.open(folder, selected, "cpu")
    measured = []
    for tokens in sorted(set(_lengths(lengths, manifest.max_tokens))):
        arrays = batch([_pair(tokenizer, tokens)], manifest.padding, tokenizer.pad_id)
        profiled = OnnxSession.open(folder, selected, "cpu", profile=True)
        for _ in range(PROFILE_RUNS):
            profiled.run(arrays)
        profile = read_profile(profiled.end_profile())
        measured.append(_measure_length(session, arrays, profile, repeats))
    return KernelFigures(read_machine(), manifest.name, name, repeats, tuple(measured))


def _lengths(requested: tuple[int, ...], max_tokens: int) -> tuple[int, ...]:
    """The requested lengths, or those of LENGTHS that fit the model. Raises StartupError."""
    if requested and max(requested) > max_tokens:
        raise StartupError(
            f"--length {max(requested)}: a pair of this model has at most {max_tokens} tokens"
        )
    return requested or tuple(length for length in LENGTHS if length <= max_tokens)


def _measure_length(
    session: OnnxSession, arrays: Batch, profile: GraphProfile, repeats: int
) -> LengthFigures:
    bare = {size: BareMatmul(size) for size in profile.products}
    run_seconds: list[float] = []
    bare_seconds: dict[MatmulSize, list[float]] = {size: [] for size in bare}
    for _ in range(WARM_UP + repeats):
        run_seconds.append(_seconds(lambda: session.run(arrays)))
        for size, count in profile.products.items():
            bare_seconds[size].append(_seconds(lambda: bare[size].run(count)))  # noqa: B023
    run_seconds = run_seconds[WARM_UP:]
    bare_seconds = {size: times[WARM_UP:] for size, times in bare_seconds.items()}
    bare_sums = [sum(times[n] for times in bare_seconds.values()) for n in range(repeats)]
    total = sum(profile.microseconds.values())
    return LengthFigures(
        tokens=arrays.input_ids.shape[1],
        milliseconds=Spread.of([seconds * 1e3 for seconds in run_seconds]),
        gops=profile.operations / statistics.median(run_seconds) / 1e9,
        share={name: spent / total for name, spent in profile.microseconds.items()},
        products=tuple(
            ProductFigures(
                size, count, count * size.operations / statistics.median(bare_seconds[size]) / 1e9
            )
            for size, count in profile.products.items()
        ),
        of_bare=Spread.of_ratios(bare_sums, run_seconds),
    )


def _seconds(work: Callable[[], object]) -> float:
    """CPU time of this thread, which does all the work."""
    start = time.thread_time()
    work()
    return time.thread_time() - start


def _pair(tokenizer: PairTokenizer, tokens: int) -> ModelInput:
    """A pair of exactly `tokens` tokens, of the demo's words."""
    words = WordSource.bundled(tokenizer)
    rng = random.Random(SEED)
    pair = tokenizer.whole(tokenizer.query("red shoes"), words.text(rng, tokens))
    kept = np.r_[: tokens - 1, -1]  # the last token is the end mark
    segments = None if pair.segments is None else pair.segments[kept]
    return ModelInput(pair.ids[kept], segments)
