"""A step of each shape: pairs a second of each graph of a shape, beside torch's own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from sidecar.runtime.onnx_session import OnnxSession
from sidecar.runtime.session import ModelInput, Session
from tests.gpu.bench import Bench
from tests.gpu.buckets import Buckets
from tests.gpu.peer import TorchPeer, gpu_memory_gb
from tests.gpu.record import Figures
from tests.gpu.shapes import Shape
from tests.gpu.shared import SharedPrefix
from tests.gpu.timing import figures, timed
from tests.gpu.variants import Workshop, names
from tests.gpu.workloads import (
    BUDGET,
    EQUAL_160,
    EQUAL_512,
    MIX,
    P1,
    PREFIX_TOKENS,
    Workload,
    padded_share,
    pairs_of,
    scored,
)

SWEEP = (4_096, 8_192, 32_768, 65_536)
SWEPT = "fp16 fused"
BUCKETS = "fp16 fused, CUDA graphs"
PEER = "torch fp16"
SHARED = "fp16, prefix once"
LENGTHS = (64, 96, 128, 160, 192, 256, 384, 512)
"""Of the buckets of a mix."""
FRESH = 4
"""Sets of random pairs that rounds take in turn."""


@dataclass(frozen=True)
class Cell:
    """One measurement: a row's engine, a workload, and the padded tokens of a run."""

    row: str
    workload: Workload
    budget: int

    @property
    def key(self) -> str:
        return f"{self.row} | {self.workload.name} | {self.budget}"


def run(bench: Bench, name: str) -> None:
    """All cells of a shape that are not there yet; each row's session is opened once."""
    workshop = bench.workshop(name)
    known = bench.record.figures.get(name, {})
    for cells in plan(workshop.shape, small=bench.small).values():
        if all(cell.key in known for cell in cells):
            continue
        bench.record.check_time()
        opened: list[Any] = []
        for cell in cells:
            bench.record.once(
                name, cell.key, lambda c=cell, o=opened: measure(bench, workshop, c, o)
            )
        opened.clear()


def plan(shape: Shape, *, small: bool = False) -> dict[str, list[Cell]]:
    """The cells of each row, what matters most first; `small`: one budget of the sweep."""
    workloads = (EQUAL_160, EQUAL_512, MIX, *([P1] if shape.decoder else []))
    rows: dict[str, list[Cell]] = {}
    fused = [row for row in names(shape) if "fused" in row]
    for row in (*fused, PEER):
        rows[row] = [Cell(row, workload, BUDGET) for workload in workloads]
    if shape.decoder:
        rows[SHARED] = [Cell(SHARED, workload, BUDGET) for workload in (P1, EQUAL_160)]
    for row in names(shape):
        rows.setdefault(row, [Cell(row, workload, BUDGET) for workload in workloads])
    for row in (SWEPT, PEER):
        rows[f"{row}, sweep"] = [
            Cell(row, workload, budget)
            for budget in SWEEP[: 1 if small else None]
            for workload in workloads
        ]
    bucketed = (EQUAL_160, MIX) if shape.family == "bert" else (EQUAL_160,)
    rows[BUCKETS] = [Cell(BUCKETS, workload, BUDGET) for workload in bucketed]
    return rows


def measure(bench: Bench, workshop: Workshop, cell: Cell, opened: list[Any]) -> Figures:
    """The cell's figures. `opened` keeps the row's session for its next cell."""
    shape, lengths = workshop.shape, cell.workload.lengths
    if bench.small:
        lengths = tuple(min(length, PREFIX_TOKENS + 30) for length in lengths[:6])
    chance = np.random.default_rng(2)
    sets = [
        pairs_of(lengths, shape.vocabulary, chance, segments=shape.family == "bert")
        for _ in range(FRESH)
    ]
    score = scorer(bench, workshop, cell, opened, lengths)
    turn = iter(range(1 << 60))
    logits = score(sets[0])
    if not np.isfinite(logits).all():
        raise RuntimeError("logits that are not finite")
    found = figures(
        timed(lambda: score(sets[next(turn) % FRESH]), bench.effort),
        shape,
        lengths,
        bench.peak_tflops,
    )
    found["padded"] = round(padded_share(lengths, cell.budget), 4)
    found["memory_gb"] = gpu_memory_gb()
    return found


Score = Callable[[Sequence[ModelInput]], Any]


def scorer(
    bench: Bench, workshop: Workshop, cell: Cell, opened: list[Any], lengths: Sequence[int]
) -> Score:
    """From a request's pairs to its logits: laid out in runs, copied, run, copied back."""
    if cell.row == SHARED:
        if not opened:
            graphs = (workshop.graph("prefix"), workshop.graph("documents"))
            opened.append(SharedPrefix(workshop.folder, *graphs, bench.device))
        return _behind_prefix(opened[0], cell.budget)
    if cell.row == BUCKETS:
        opened.clear()  # other lengths, other buckets
        opened.append(_buckets(bench, workshop, cell, lengths))
    elif not opened:
        opened.append(_session(bench, workshop, cell.row))
    session: Session = opened[0]
    return lambda pairs: scored(session.run, pairs, cell.budget)


def _session(bench: Bench, workshop: Workshop, row: str) -> Session:
    if row == PEER:
        on_gpu = bench.device == "cuda"
        dtype = torch.float16 if on_gpu else torch.float32
        return TorchPeer(workshop.network, workshop.shape, bench.device, dtype)
    return OnnxSession.open(workshop.folder, workshop.graph(row), bench.device)


def _buckets(bench: Bench, workshop: Workshop, cell: Cell, lengths: Sequence[int]) -> Buckets:
    """One bucket where all pairs are as long, else one for each of LENGTHS that is needed."""
    alike = len(set(lengths)) == 1
    sizes = [lengths[0]] if alike else [n for n in LENGTHS if n <= max(lengths)] + [LENGTHS[-1]]
    graph = workshop.graph(SWEPT)
    budget = 1024 if bench.small else cell.budget
    return Buckets(workshop.folder, graph, bench.device, sorted(set(sizes)), budget)


def _behind_prefix(shared: SharedPrefix, budget: int) -> Score:
    """The first tokens of the first pair stand for what all pairs of a request share."""

    def score(pairs: Sequence[ModelInput]) -> Any:
        prefix = pairs[0].ids[:PREFIX_TOKENS]
        rest = [ModelInput(pair.ids[PREFIX_TOKENS:], None) for pair in pairs]
        return shared.score(prefix, rest, budget)

    return score
