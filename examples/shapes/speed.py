"""Published rerankers' shapes with random weights: export, int8, sizes and speed on this machine.

    python examples/shapes/speed.py WORK minilm-l6 ettin-17m ettin-32m --lengths 32 100 256
    python examples/shapes/speed.py WORK qwen3-0.6b --graphs fp32 int8 --lengths 128 256 512

Needs the extra `build`; the second command needs about 8 GB of memory and 6 GB of disk in WORK,
where finished files stay for the next run. The weights are random, so only sizes and speed mean
anything. A pair is as many random ids as --lengths says; each run scores one unpadded pair, with
one worker per core, as the service does on a CPU. Shapes and graphs take turns, and the best round
is shown: other work on the machine only makes a round slower. It affects the CPU seconds of a pair
less than the pairs a second.
"""

import argparse
import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

# Waiting threads of torch must sleep: on a busy machine a spinning one takes the others' turn.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np
import torch
from rich.console import Console
from rich.table import Table
from shapes import SHAPES

from sidecar.runtime.cores import available_cores
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.session import ModelInput
from sidecar.workshop.model.canonical import PAIRS
from sidecar.workshop.model.package import export
from sidecar.workshop.model.quantizing.quantize import QuantizeSpec, quantize
from sidecar.workshop.model.runner import Runner
from sidecar.workshop.model.weights import graph_files

ROUNDS = 3
PAIRS_PER_WORKER = 4


@dataclass(frozen=True)
class Candidate:
    """A graph of a shape."""

    shape: str
    graph: str
    runner: Runner
    megabytes: float
    """Of the graph and its weights."""
    with_segments: bool
    """Whether it reads token types."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("work", type=Path, help="folder for the weights and the graphs")
    parser.add_argument(
        "shapes", nargs="+", choices=SHAPES, metavar="SHAPE", help=", ".join(SHAPES)
    )
    parser.add_argument("--lengths", type=int, nargs="+", default=[32, 100, 256])
    parser.add_argument("--graphs", nargs="+", default=["int8"], choices=["fp32", "int8"])
    options = parser.parse_args()
    torch.manual_seed(0)
    candidates = []
    for shape in options.shapes:
        folder = built(options.work, shape)
        candidates += [candidate(folder, shape, graph) for graph in options.graphs]
    Console().print(speeds(candidates, options.lengths))


def built(work: Path, shape: str) -> Path:
    """The shape's model folder, made if it is not there."""
    source, folder = work / shape / "source", work / shape / "model"
    if not (source / "tokenizer_config.json").exists():
        SHAPES[shape].save(source)
    if not folder.exists():
        started = time.perf_counter()
        export(str(source), folder, f"random-{shape}")
        print(f"{shape}: export {time.perf_counter() - started:.0f} s")
    started = time.perf_counter()
    if quantize(folder, spec(work)).new_graphs:
        print(f"{shape}: int8 {time.perf_counter() - started:.0f} s")
    return folder


def spec(work: Path) -> QuantizeSpec:
    """int8 for every weight, the fp32 graph kept, and few pairs to compare random logits on."""
    file = work / "sample.jsonl"
    rows = [{"query": query, "document": document[:200]} for query, document in PAIRS]
    file.write_text("\n".join(map(json.dumps, rows)) + "\n")
    return QuantizeSpec(("int8",), sample=file, search=False, keep_fp32=True)


def candidate(folder: Path, shape: str, graph: str) -> Candidate:
    manifest = Manifest.read(folder)
    files = graph_files(manifest.graphs[graph], folder)
    size = sum((folder / file).stat().st_size for file in files)
    runner = Runner.open(folder, manifest, manifest.graphs[graph])
    with_segments = manifest.prompt.segments is not None
    return Candidate(shape, graph, runner, size / 1e6, with_segments)


def speeds(candidates: list[Candidate], lengths: list[int]) -> Table:
    """Pairs a second, and the CPU time of a pair, of each graph at each length."""
    load_before = f"load {os.getloadavg()[0]:.1f} before"
    columns = [f"{length} ids: {unit}" for length in lengths for unit in ("pairs/s", "CPU ms")]
    table = Table("shape", "graph", "MB", *columns)
    cells: dict[int, list[str]] = {index: [] for index in range(len(candidates))}
    for length in lengths:
        best = best_rounds(candidates, length)
        for index, (wall, cpu) in enumerate(best):
            cells[index] += [f"{1 / wall:.3g}", f"{cpu * 1e3:.3g}"]
    for one, row in zip(candidates, cells.values(), strict=True):
        table.add_row(one.shape, one.graph, f"{one.megabytes:,.1f}", *row)
    table.caption = f"{available_cores()} cores, {load_before}, {os.getloadavg()[0]:.1f} after"
    return table


def best_rounds(candidates: list[Candidate], length: int) -> list[tuple[float, float]]:
    """The least (seconds, CPU seconds) per pair of each, by turns."""
    rng = np.random.default_rng(1)
    count = PAIRS_PER_WORKER * available_cores()
    rounds = []
    for _ in range(ROUNDS):
        figures = []
        for one in candidates:
            segments = np.zeros(length, dtype=np.int64) if one.with_segments else None
            ids = rng.integers(0, SHAPES[one.shape].vocabulary, (count, length))
            figures.append(measured(one.runner, [ModelInput(row, segments) for row in ids]))
        rounds.append(figures)
    return [
        (min(wall for wall, _ in turns), min(cpu for _, cpu in turns))
        for turns in zip(*rounds, strict=True)
    ]


def measured(runner: Runner, pairs: list[ModelInput]) -> tuple[float, float]:
    """(seconds, CPU seconds) per pair."""
    wall, cpu = time.perf_counter(), time.process_time()
    runner.alone(pairs)
    return (time.perf_counter() - wall) / len(pairs), (time.process_time() - cpu) / len(pairs)


if __name__ == "__main__":
    main()
