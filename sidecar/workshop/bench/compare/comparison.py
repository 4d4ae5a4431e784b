"""A whole comparison: from its spec to its figures."""

import datetime
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sidecar.runtime.manifest import Manifest
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.bench.compare import encoder_files, model_files
from sidecar.workshop.bench.compare.accuracy import accuracy
from sidecar.workshop.bench.compare.contender import ContenderFailed, ContenderSpec, TextRequest
from sidecar.workshop.bench.compare.contender_factory import ComparisonSetup, open_contender
from sidecar.workshop.bench.compare.contender_run import (
    BATCH_SIZE_ROUNDS,
    ContenderRun,
    finish,
    measure,
    search_batch_size,
    warm_up,
)
from sidecar.workshop.bench.compare.contender_specs import OVER_HTTP
from sidecar.workshop.bench.compare.figures import (
    Comparison,
    Row,
    contender_figures,
    speed_target,
)
from sidecar.workshop.bench.compare.model_files import ModelFiles
from sidecar.workshop.bench.compare.round_source import RoundSource
from sidecar.workshop.bench.compare.workloads import LOGNORMAL, Workload
from sidecar.workshop.bench.machine import Machine, read_machine
from sidecar.workshop.model.progress import BeginStep

WARM_UP_REQUESTS = 2
"""Before the rounds; their logits are compared with torch's."""

Logits = tuple[tuple[float, ...], ...]
"""Per request, in the order of its documents."""


@dataclass(frozen=True)
class CompareSpec:
    """What to compare on what, and how long."""

    source: str | None
    """A Hugging Face folder or hub name; None: the shipped model, or what the shipped encoder was
    made of."""
    contenders: tuple[ContenderSpec, ...]
    workloads: tuple[Workload, ...]
    rounds: int
    documents: int
    """Of the requests that warm up and of those that choose a batch size."""
    folder: Path
    price_per_hour: float | None
    settings: dict[str, Any]
    """Settings of the sidecar that differ from the defaults."""
    embeddings: bool = False
    """Whether encoders are compared: then a document's logit is its cosine with the query."""


def compare(spec: CompareSpec, begin_step: BeginStep) -> Comparison:
    """Measures; `begin_step` is called at each step.

    Raises StartupError when the model cannot be prepared, or when the sidecar fails. A peer that
    fails is in the comparison, with its reason.
    """
    machine = read_machine()
    prepare = encoder_files.prepare if spec.embeddings else model_files.prepare
    files = prepare(spec.source, spec.folder / "models", begin_step)
    manifest = Manifest.read(files.sidecar)
    tokenizer = PairTokenizer.open(files.sidecar, manifest)
    source = RoundSource(tokenizer)
    with tempfile.TemporaryDirectory() as scratch:
        setup = ComparisonSetup(
            files,
            max_tokens=manifest.max_tokens,
            pad_id=tokenizer.pad_id,
            threads=machine.cores,
            environments=spec.folder / "environments",
            scratch=Path(scratch),
            settings=spec.settings,
            embeddings=spec.embeddings,
        )
        # Numbers below 0: texts that no measured round has.
        mix = LOGNORMAL.scaled(spec.documents)
        requests = [each for n in range(WARM_UP_REQUESTS) for each in source.round(mix, -1 - n)]
        trial_rounds = [source.round(mix, -100 - n) for n in range(BATCH_SIZE_ROUNDS)]
        reference = _reference_logits(files, requests, begin_step)
        runs = _open(spec, setup, begin_step)
        try:
            _choose_batch_sizes(runs, requests, trial_rounds, begin_step)
            _warm_up(runs, requests, begin_step)
            _measure(spec, runs, source, begin_step)
        finally:
            for run in runs:
                run.contender.stop()
    return _comparison(spec, files, machine, runs, reference)


def _reference_logits(
    files: ModelFiles, requests: Sequence[TextRequest], begin_step: BeginStep
) -> Logits:
    tick = begin_step("logits by torch in fp32", len(requests))
    score = files.open_reference()
    logits = []
    for request in requests:
        logits.append(tuple(score([(request.query, text) for text in request.documents])))
        tick()
    return tuple(logits)


def _open(spec: CompareSpec, setup: ComparisonSetup, begin_step: BeginStep) -> list[ContenderRun]:
    tick = begin_step("environments", len(spec.contenders))
    runs = []
    for contender_spec in spec.contenders:
        runs.append(ContenderRun(open_contender(contender_spec, setup)))
        tick()
    return runs


def _choose_batch_sizes(
    runs: Sequence[ContenderRun],
    requests: Sequence[TextRequest],
    rounds: Sequence[Sequence[TextRequest]],
    begin_step: BeginStep,
) -> None:
    tick = begin_step("batch sizes", len(runs))
    for run in runs:
        run.attempt(partial(search_batch_size, run, requests[:1], rounds))
        tick()


def _warm_up(
    runs: Sequence[ContenderRun], requests: Sequence[TextRequest], begin_step: BeginStep
) -> None:
    """Every contender that does not fail has answered the requests and runs afterwards."""
    tick = begin_step("warm-up", len(runs))
    for run in runs:
        run.attempt(partial(warm_up, run, requests))
        _raise_for_sidecar(run)
        tick()


def _measure(
    spec: CompareSpec, runs: Sequence[ContenderRun], source: RoundSource, begin_step: BeginStep
) -> None:
    for workload in spec.workloads:
        count = workload.rounds(spec.rounds)
        rounds = (source.round(workload, number) for number in range(count))
        tick = begin_step(workload.title, count * len(runs))
        measure(runs, workload.key, rounds, at_once=workload.at_once, advance=tick)
        for run in runs:
            _raise_for_sidecar(run)
    for run in runs:
        finish(run)


def _raise_for_sidecar(run: ContenderRun) -> None:
    if run.failed is not None and run.contender.spec.ours:
        raise ContenderFailed(f"{run.contender.spec.title} failed: {run.failed}")


def _comparison(
    spec: CompareSpec,
    files: ModelFiles,
    machine: Machine,
    runs: Sequence[ContenderRun],
    reference: Logits,
) -> Comparison:
    (over_http,) = (run for run in runs if run.contender.spec == OVER_HTTP)
    rows = tuple(_row(run, over_http, reference, spec.price_per_hour) for run in runs)
    return Comparison(
        date=datetime.date.today().isoformat(),
        machine=machine,
        model=files.name,
        sidecar=spec.settings,
        titles={workload.key: workload.title for workload in spec.workloads},
        price_per_hour=spec.price_per_hour,
        rows=rows,
        target=speed_target(rows, LOGNORMAL.key),
        unit="texts" if spec.embeddings else "pairs",
    )


def _row(run: ContenderRun, over_http: ContenderRun, reference: Logits, price: float | None) -> Row:
    spec = run.contender.spec
    return Row(
        key=spec.key,
        title=spec.title,
        ours=spec.ours,
        versions=run.contender.versions,
        batch_size=run.batch_size,
        tried={str(size): rate for size, rate in run.tried.items()},
        peak_mb=run.peak_mb,
        accuracy=accuracy(run.warm_up_logits, reference) if run.warm_up_logits else None,
        failed=run.failed,
        workloads={
            key: contender_figures(rounds, over_http.rounds.get(key), price)
            for key, rounds in run.rounds.items()
            if len(rounds) == len(over_http.rounds[key])  # it did not fail in the middle
        },
    )
