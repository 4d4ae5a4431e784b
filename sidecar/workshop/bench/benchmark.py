"""A whole benchmark: spec to report."""

import contextlib
import datetime
import itertools
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track

from sidecar.errors import StartupError
from sidecar.runtime.cores import available_cores
from sidecar.runtime.loading import Loaded, shipped_model
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.bench import overhead, profile_cost
from sidecar.workshop.bench.bare_loops import BareLoop, bare_loops
from sidecar.workshop.bench.interleaving import interleave
from sidecar.workshop.bench.machine import read_machine, read_memory
from sidecar.workshop.bench.report import (
    RATIO_TARGET,
    Model,
    Report,
    Workload,
    best,
    compare,
    over_http,
)
from sidecar.workshop.bench.sidecar_over_http import SidecarOverHttp
from sidecar.workshop.bench.workload import Request, Round, count_tokens, from_file, synthetic
from sidecar.workshop.sidecar_process import SidecarProcess

OVERHEAD_REQUESTS = 60
DEADLINE_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class BenchSpec:
    """What the command line asked for."""

    rounds: int
    documents: int
    requests: Path | None
    model: Path | None
    url: str | None
    concurrency: int


def run(spec: BenchSpec) -> Report:
    """Measures. Raises StartupError or SidecarError when something does not work."""
    machine = read_machine()
    folder = spec.model or shipped_model()
    manifest = Manifest.read(folder)
    tokenizer = PairTokenizer.open(folder, manifest)
    # The first round warms up and is not measured.
    rounds = list(itertools.islice(_rounds(spec, tokenizer), spec.rounds + 1))
    spent = overhead.measure(folder, _enough(rounds))
    with (
        _sidecar(spec, folder, rounds) as (url, pid),
        SidecarOverHttp(url, spec.concurrency) as http,
    ):
        info = http.info()
        loops = _loops(folder, manifest, tokenizer.pad_id, info)
        interleave([http, *loops], rounds[:1])
        http.take_answers()
        shown = track(rounds[1:], "rounds", console=Console(stderr=True), transient=True)
        rates = interleave([http, *loops], shown)
        memory = read_memory(pid) if pid else None
    ours = rates[http.name]
    runs_single = manifest.graphs[info["graph"]].runs == "single" if loops else False
    compared = tuple(
        compare(loop.name, loop.batches and runs_single, ours, rates[loop.name]) for loop in loops
    )
    return Report(
        date=datetime.date.today().isoformat(),
        machine=machine,
        model=_model(info),
        workload=_workload(spec, tokenizer, rounds[1:]),
        http=over_http(ours, http.take_answers()),
        bare=compared,
        best_bare=best(compared),
        ratio_target=RATIO_TARGET,
        overhead_ms=spent,
        structured_ms=profile_cost.measure(),
        memory_mb=memory,
    )


def _rounds(spec: BenchSpec, tokenizer: PairTokenizer) -> Iterator[Round]:
    if spec.requests is not None:
        return itertools.repeat(from_file(spec.requests, tokenizer.document_tokens))
    return synthetic(tokenizer, spec.documents, spec.concurrency)


def _enough(rounds: Sequence[Round]) -> Iterator[Request]:
    """The rounds' requests over and over, until they are OVERHEAD_REQUESTS."""
    requests = itertools.cycle(itertools.chain.from_iterable(rounds))
    return itertools.islice(requests, OVERHEAD_REQUESTS)


@contextlib.contextmanager
def _sidecar(
    spec: BenchSpec, folder: Path, rounds: Sequence[Round]
) -> Iterator[tuple[str, int | None]]:
    """(URL, process id) of the sidecar to measure; no id when it is not ours."""
    if spec.url is not None:
        yield spec.url, None
        return
    most = max(len(request.texts) for requests in rounds for request in requests)
    settings = {"model": folder, "deadline_ms": DEADLINE_MS, "max_documents": max(most, 1000)}
    with SidecarProcess(settings) as process:
        yield process.url, process.pid


def _loops(
    folder: Path, manifest: Manifest, pad_id: int, info: Mapping[str, Any]
) -> list[BareLoop]:
    """The bare loops, if there are any for what the sidecar runs.

    Raises StartupError when the sidecar runs another model than this one.
    """
    name = info["graph"]
    loaded = Loaded(manifest, name, info["device"], info["engine"], info["precision"])
    if loaded.score_revision != info["score_revision"]:
        raise StartupError(
            f"the sidecar runs another model ({info['model']}) than {folder}: give its folder "
            "with --model, so that the bare loops run the same graph"
        )
    if info["device"] != "cpu" or manifest.family != "cross-encoder":
        return []
    return bare_loops(
        folder, manifest, manifest.graphs[name], pad_id=pad_id, cores=available_cores()
    )


def _model(info: Mapping[str, Any]) -> Model:
    return Model(
        name=info["model"],
        graph=info["graph"],
        engine=info["engine"],
        precision=info["precision"],
        score_revision=info["score_revision"],
        workers=info["layout"]["workers"],
    )


def _workload(spec: BenchSpec, tokenizer: PairTokenizer, rounds: Sequence[Round]) -> Workload:
    requests = list(itertools.chain.from_iterable(rounds))
    lengths = count_tokens(tokenizer, [text for request in requests for text in request.texts])
    return Workload(
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
