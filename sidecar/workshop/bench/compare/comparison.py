"""A whole comparison: plan to figures."""

import datetime
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sidecar.runtime.manifest import Manifest
from sidecar.runtime.tokenizer import PairTokenizer
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
from sidecar.workshop.bench.compare.figures import Comparison, Row, figures, target
from sidecar.workshop.bench.compare.model_files import ModelFiles, prepare
from sidecar.workshop.bench.compare.workloads import LOGNORMAL, RoundSource, Workload
from sidecar.workshop.bench.machine import Machine, read_machine
from sidecar.workshop.model.progress import BeginStep

WARM_REQUESTS = 2
"""Before the rounds; their logits are compared with torch's."""

Reference = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class CompareSpec:
    """What the command line asked for."""

    source: str | None
    kinds: tuple[ContenderSpec, ...]
    workloads: tuple[Workload, ...]
    rounds: int
    documents: int
    """Of the requests that warm up and of those that choose a batch size."""
    folder: Path
    price_per_hour: float | None
    options: dict[str, Any]


def compare(plan: CompareSpec, start: BeginStep) -> Comparison:
    """Measures; `start` is told of each step. Raises StartupError when the model cannot be made,
    or when ours fails: a peer that does is shown with its reason."""
    machine = read_machine()
    files = prepare(plan.source, plan.folder / "models", start)
    manifest = Manifest.read(files.sidecar)
    tokenizer = PairTokenizer.open(files.sidecar, manifest)
    texts = RoundSource(tokenizer)
    with tempfile.TemporaryDirectory() as scratch:
        place = ComparisonSetup(
            files.source,
            files.sidecar,
            files.onnx,
            max_tokens=manifest.max_tokens,
            pad_id=tokenizer.pad_id,
            threads=machine.cores,
            environments=plan.folder / "environments",
            scratch=Path(scratch),
            options=plan.options,
        )
        mix = LOGNORMAL.scaled(plan.documents)
        warm = [search for n in range(WARM_REQUESTS) for search in texts.round(mix, -1 - n)]
        tries = [texts.round(mix, -100 - n) for n in range(BATCH_SIZE_ROUNDS)]
        reference = _reference(files, warm, start)
        entries = _entries(plan, place, start)
        try:
            _choose(entries, warm, tries, start)
            _measure(plan, entries, texts, start)
        finally:
            for entry in entries:
                entry.contender.stop()
    return _comparison(plan, files, machine, entries, reference)


def _reference(files: ModelFiles, warm: Sequence[TextRequest], start: BeginStep) -> Reference:
    tick = start("logits by torch in fp32", len(warm))
    score = files.open_reference()
    found = []
    for search in warm:
        found.append(tuple(score([(search.query, text) for text in search.documents])))
        tick()
    return tuple(found)


def _entries(plan: CompareSpec, place: ComparisonSetup, start: BeginStep) -> list[ContenderRun]:
    tick = start("environments", len(plan.kinds))
    entries = []
    for kind in plan.kinds:
        entries.append(ContenderRun(open_contender(kind, place)))
        tick()
    return entries


def _choose(
    entries: Sequence[ContenderRun],
    warm: Sequence[TextRequest],
    tries: Sequence[Sequence[TextRequest]],
    start: BeginStep,
) -> None:
    """Every contender runs afterwards, at its best batch size, and has answered `warm`."""
    tick = start("batch sizes", len(entries))
    for entry in entries:
        entry.attempt(partial(search_batch_size, entry, warm[:1], tries))
        tick()
    tick = start("warm-up", len(entries))
    for entry in entries:
        entry.attempt(partial(warm_up, entry, warm))
        _raise_for_ours(entry)
        tick()


def _measure(
    plan: CompareSpec, entries: Sequence[ContenderRun], texts: RoundSource, start: BeginStep
) -> None:
    for workload in plan.workloads:
        count = workload.rounds(plan.rounds)
        rounds = (texts.round(workload, number) for number in range(count))
        tick = start(workload.title, count * len(entries))
        measure(entries, workload.key, rounds, at_once=workload.at_once, advance=tick)
        for entry in entries:
            _raise_for_ours(entry)
    for entry in entries:
        finish(entry)


def _raise_for_ours(entry: ContenderRun) -> None:
    if entry.failed is not None and entry.contender.kind.ours:
        raise ContenderFailed(f"{entry.contender.kind.title} failed: {entry.failed}")


def _comparison(
    plan: CompareSpec,
    files: ModelFiles,
    machine: Machine,
    entries: Sequence[ContenderRun],
    reference: Reference,
) -> Comparison:
    (over_http,) = (entry for entry in entries if entry.contender.kind == OVER_HTTP)
    rows = tuple(_row(entry, over_http, reference, plan.price_per_hour) for entry in entries)
    return Comparison(
        date=datetime.date.today().isoformat(),
        machine=machine,
        model=files.name,
        sidecar=plan.options,
        titles={workload.key: workload.title for workload in plan.workloads},
        price_per_hour=plan.price_per_hour,
        rows=rows,
        target=target(rows, LOGNORMAL.key),
    )


def _row(
    entry: ContenderRun, over_http: ContenderRun, reference: Reference, price: float | None
) -> Row:
    kind = entry.contender.kind
    return Row(
        key=kind.key,
        title=kind.title,
        ours=kind.ours,
        versions=entry.contender.versions,
        batch_size=entry.batch_size,
        tried={str(size): rate for size, rate in entry.tried.items()},
        peak_mb=entry.peak_mb,
        accuracy=accuracy(entry.warm, reference) if entry.warm else None,
        failed=entry.failed,
        workloads={
            key: figures(done, over_http.rounds.get(key), price)
            for key, done in entry.rounds.items()
            if len(done) == len(over_http.rounds[key])  # it did not fail in the middle
        },
    )
