"""The step of a shape: pairs/s of each of its graphs, beside torch."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from sidecar.runtime.onnx_session import OnnxSession
from sidecar.runtime.session import ModelInput, Session
from tests.gpu.bench import Bench
from tests.gpu.buckets import Buckets
from tests.gpu.record import Figures
from tests.gpu.shape_graphs import ShapeGraphs, names
from tests.gpu.shapes import Shape
from tests.gpu.shared_prefix import SharedPrefix
from tests.gpu.timing import figures, timed
from tests.gpu.torch_peer import TorchPeer, gpu_memory_gb
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
PAIR_SETS = 4
"""Sets of random pairs that rounds use in turn."""


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
    """Measures the missing cells of a shape; each row's session is opened once."""
    graphs = bench.graphs(name)
    known = bench.record.figures.get(name, {})
    for cells in cells_by_row(graphs.shape, small=bench.small).values():
        if all(cell.key in known for cell in cells):
            continue
        bench.record.check_time()
        open_sessions: list[Any] = []
        for cell in cells:
            bench.record.once(
                name, cell.key, lambda c=cell, o=open_sessions: measure(bench, graphs, c, o)
            )
        open_sessions.clear()


def cells_by_row(shape: Shape, *, small: bool = False) -> dict[str, list[Cell]]:
    """The cells of each row, the most important first; `small`: one budget of the sweep."""
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


def measure(bench: Bench, graphs: ShapeGraphs, cell: Cell, open_sessions: list[Any]) -> Figures:
    """The cell's figures. `open_sessions` keeps the row's session for its next cell."""
    shape, lengths = graphs.shape, cell.workload.lengths
    if bench.small:
        lengths = tuple(min(length, PREFIX_TOKENS + 30) for length in lengths[:6])
    rng = np.random.default_rng(2)
    sets = [
        pairs_of(lengths, shape.vocabulary, rng, segments=shape.family == "bert")
        for _ in range(PAIR_SETS)
    ]
    score = scorer(bench, graphs, cell, open_sessions, lengths)
    turn = iter(range(1 << 60))
    logits = score(sets[0])
    if not np.isfinite(logits).all():
        raise RuntimeError("logits that are not finite")
    measured = figures(
        timed(lambda: score(sets[next(turn) % PAIR_SETS]), bench.effort),
        shape,
        lengths,
        bench.peak_tflops,
    )
    measured["padded"] = round(padded_share(lengths, cell.budget), 4)
    measured["memory_gb"] = gpu_memory_gb()
    return measured


Score = Callable[[Sequence[ModelInput]], Any]


def scorer(
    bench: Bench, graphs: ShapeGraphs, cell: Cell, open_sessions: list[Any], lengths: Sequence[int]
) -> Score:
    """A function from a request's pairs to its logits, copies to and from the device included."""
    if cell.row == SHARED:
        if not open_sessions:
            parts = (graphs.graph("prefix"), graphs.graph("documents"))
            open_sessions.append(SharedPrefix(graphs.folder, *parts, bench.device))
        return _behind_prefix(open_sessions[0], cell.budget)
    if cell.row == BUCKETS:
        open_sessions.clear()  # other lengths, other buckets
        open_sessions.append(_buckets(bench, graphs, cell, lengths))
    elif not open_sessions:
        open_sessions.append(_session(bench, graphs, cell.row))
    session: Session = open_sessions[0]
    return lambda pairs: scored(session.run, pairs, cell.budget)


def _session(bench: Bench, graphs: ShapeGraphs, row: str) -> Session:
    if row == PEER:
        on_gpu = bench.device == "cuda"
        dtype = torch.float16 if on_gpu else torch.float32
        return TorchPeer(graphs.network, graphs.shape, bench.device, dtype)
    return OnnxSession.open(graphs.folder, graphs.graph(row), bench.device)


def _buckets(bench: Bench, graphs: ShapeGraphs, cell: Cell, lengths: Sequence[int]) -> Buckets:
    """One bucket where all pairs are as long, else one for each of LENGTHS that is needed."""
    alike = len(set(lengths)) == 1
    sizes = [lengths[0]] if alike else [n for n in LENGTHS if n <= max(lengths)] + [LENGTHS[-1]]
    graph = graphs.graph(SWEPT)
    budget = 1024 if bench.small else cell.budget
    return Buckets(graphs.folder, graph, bench.device, sorted(set(sizes)), budget)


def _behind_prefix(shared: SharedPrefix, budget: int) -> Score:
    """The first tokens of the first pair stand for what all pairs of a request share."""

    def score(pairs: Sequence[ModelInput]) -> Any:
        prefix = pairs[0].ids[:PREFIX_TOKENS]
        rest = [ModelInput(pair.ids[PREFIX_TOKENS:], None) for pair in pairs]
        return shared.score(prefix, rest, budget)

    return score
