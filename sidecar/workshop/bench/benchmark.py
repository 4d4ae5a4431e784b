"""A whole benchmark: from its spec to its report."""

import contextlib
import datetime
import itertools
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import track

from es_integration.errors import SidecarError
from sidecar.errors import StartupError
from sidecar.runtime.cores import available_cores
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.runtime.running_graph import RunningGraph
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.bench import overhead, profile_cost
from sidecar.workshop.bench.bare_loops import BareLoop, bare_loops
from sidecar.workshop.bench.interleaving import interleave
from sidecar.workshop.bench.machine import read_machine, read_memory
from sidecar.workshop.bench.profile_documents import PRODUCTS
from sidecar.workshop.bench.report import (
    RATIO_TARGET,
    BareLoopFigures,
    HttpFigures,
    ModelFigures,
    Report,
    WorkloadFigures,
    fastest_loop,
)
from sidecar.workshop.bench.served_quality import measure_served, stated_quality
from sidecar.workshop.bench.sidecar_over_http import SidecarOverHttp
from sidecar.workshop.bench.workload import Request, Round, count_tokens, from_file, synthetic
from sidecar.workshop.sidecar_process import SidecarProcess

if TYPE_CHECKING:
    from sidecar.workshop.model.check.judged_collection import JudgedCollection

OVERHEAD_REQUESTS = 60
DEADLINE_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class BenchSpec:
    """What to measure, and how long."""

    rounds: int
    documents: int
    """Per request of the synthetic workload."""
    requests: Path | None
    """JSON lines to send instead of the synthetic workload."""
    model: Path | None
    """None: the shipped model."""
    url: str | None
    """A sidecar that runs already; None: one is started."""
    concurrency: int
    judged: Path | None = None
    """A collection whose pools are ranked; None: the quality that the model's manifest states."""
    max_queries: int | None = None
    """Of the collection."""


def run_benchmark(spec: BenchSpec) -> Report:
    """Measures. Raises StartupError when the model cannot be used or the sidecar fails."""
    try:
        return _run(spec)
    except SidecarError as fault:
        raise StartupError(fault.message) from fault


def _run(spec: BenchSpec) -> Report:
    machine = read_machine()
    folder = spec.model or shipped_model()
    manifest = Manifest.read(folder)
    manifest.check_reranker()
    tokenizer = PairTokenizer.open(folder, manifest)
    judged = _judged(spec)
    # The first round warms up and is not measured.
    warm_up, *rounds = itertools.islice(_rounds(spec, tokenizer), spec.rounds + 1)
    overhead_ms = overhead.measure(folder, _overhead_requests([warm_up, *rounds]))
    with (
        _sidecar(spec, folder, rounds, judged) as (url, pid),
        SidecarOverHttp(url, spec.concurrency) as http,
    ):
        info = http.info()
        loops = _loops(folder, manifest, tokenizer.pad_id, info)
        interleave([http, *loops], [warm_up])
        http.take_timings()
        progress = track(rounds, "rounds", console=Console(stderr=True), transient=True)
        rates = interleave([http, *loops], progress)
        timings = http.take_timings()
        repeated = None if spec.requests else interleave([http], rounds[-1:])[http.name][0]
        memory = read_memory(pid) if pid else None
        quality = (
            (measure_served(http, judged),) if judged else stated_quality(manifest, info["graph"])
        )
    http_rates = rates[http.name]
    runs_single = manifest.graphs[info["graph"]].runs == "single" if loops else False
    bare = tuple(
        BareLoopFigures.of(loop.name, loop.batches and runs_single, http_rates, rates[loop.name])
        for loop in loops
    )
    costs = profile_cost.measure()
    return Report(
        date=datetime.date.today().isoformat(),
        machine=machine,
        model=_model_figures(info),
        workload=_workload_figures(spec, tokenizer, rounds),
        http=HttpFigures.of(http_rates, timings),
        bare=bare,
        best_bare=fastest_loop(bare),
        ratio_target=RATIO_TARGET,
        overhead_ms=overhead_ms,
        structured_ms=costs.pop(PRODUCTS),
        feeds_ms=costs,
        memory_mb=memory,
        repeated=repeated and repeated / statistics.median(http_rates),
        quality=quality,
    )


def _judged(spec: BenchSpec) -> "JudgedCollection | None":
    """Read before anything is measured: a fault of it costs no time. Raises ModelError."""
    if spec.judged is None:
        return None
    import ir_measures  # noqa: F401  # measured with it in the end

    from sidecar.workshop.model.check.judged_collection import read_judged

    return read_judged(spec.judged, spec.max_queries)


def _rounds(spec: BenchSpec, tokenizer: PairTokenizer) -> Iterator[Round]:
    if spec.requests is not None:
        return itertools.repeat(from_file(spec.requests, tokenizer.document_tokens))
    return synthetic(tokenizer, spec.documents, spec.concurrency)


def _overhead_requests(rounds: Sequence[Round]) -> Iterator[Request]:
    """OVERHEAD_REQUESTS requests: those of the rounds, repeated as often as needed."""
    requests = itertools.cycle(itertools.chain.from_iterable(rounds))
    return itertools.islice(requests, OVERHEAD_REQUESTS)


@contextlib.contextmanager
def _sidecar(
    spec: BenchSpec, folder: Path, rounds: Sequence[Round], judged: "JudgedCollection | None"
) -> Iterator[tuple[str, int | None]]:
    """(URL, process id) of the sidecar to measure; no id when it was not started here."""
    if spec.url is not None:
        yield spec.url, None
        return
    documents = max(len(request.texts) for requests in rounds for request in requests)
    if judged is not None:
        documents = max(documents, *(len(pool.documents) for pool in judged.pools))
    settings = {"model": folder, "deadline_ms": DEADLINE_MS, "max_documents": max(documents, 1000)}
    if spec.requests is not None:
        settings["cache_mb"] = 0  # every round sends the same texts
    with SidecarProcess(settings) as process:
        yield process.url, process.pid


def _loops(
    folder: Path, manifest: Manifest, pad_id: int, info: Mapping[str, Any]
) -> list[BareLoop]:
    """The bare loops over the graph that the sidecar runs; empty unless it runs a cross-encoder
    on the CPU.

    Raises StartupError when the sidecar runs another model than this one.
    """
    name = info["graph"]
    running = RunningGraph(manifest, name, info["device"], info["engine"], info["precision"])
    if running.score_revision != info["score_revision"]:
        raise StartupError(
            f"the sidecar runs another model ({info['model']}) than {folder}: give its folder "
            "with --model, so that the bare loops run the same graph"
        )
    if info["device"] != "cpu" or manifest.family != "cross-encoder":
        return []
    return bare_loops(
        folder, manifest, manifest.graphs[name], pad_id=pad_id, cores=available_cores()
    )


def _model_figures(info: Mapping[str, Any]) -> ModelFigures:
    return ModelFigures(
        name=info["model"],
        graph=info["graph"],
        engine=info["engine"],
        precision=info["precision"],
        score_revision=info["score_revision"],
        workers=info["layout"]["workers"],
    )


def _workload_figures(
    spec: BenchSpec, tokenizer: PairTokenizer, rounds: Sequence[Round]
) -> WorkloadFigures:
    requests = list(itertools.chain.from_iterable(rounds))
    lengths = count_tokens(tokenizer, [text for request in requests for text in request.texts])
    return WorkloadFigures(
        source=str(spec.requests) if spec.requests else "synthetic mix",
        rounds=len(rounds),
        requests=len(requests),
        pairs=len(lengths),
        document_tokens={
            "median": statistics.median(lengths),
            "mean": statistics.fmean(lengths),
            "max": max(lengths),
        },
        concurrency=spec.concurrency,
    )
