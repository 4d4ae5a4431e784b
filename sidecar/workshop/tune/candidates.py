"""The layouts worth trying on a machine. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from sidecar.runtime.manifest import Runs
from sidecar.runtime.options import Device
from sidecar.runtime.runs import Layout
from sidecar.workshop.counted import counted

CPU_BUDGETS = (0, 512, 1024)
"""Padded tokens of a run. Above about 2,000 a run outgrows a CPU's cache and was never faster."""
DEVICE_BUDGETS = (4_096, 8_192, 16_384, 32_768, 65_536)
DEVICE_WORKERS = (1, 2)
"""A second worker prepares its arrays while the device computes the first one's."""


def shapes(default: Layout, *, device: Device, cores: int, physical: int) -> list[Layout]:
    """Layouts with other numbers of workers and threads, sorted so that those which share a session
    follow each other.

    `cores` is what the process may use, `physical` the same with hardware threads counted once.
    """
    counts = {(workers, default.intra_op_threads) for workers in DEVICE_WORKERS}
    if device == "cpu":
        counts = set(_cpu_shapes(cores, physical))
    layouts = [
        replace(default, workers=workers, intra_op_threads=threads)
        for workers, threads in sorted(counts, key=lambda count: (count[1], count[0]))
    ]
    return [layout for layout in layouts if layout != default]


def budgets(layout: Layout, *, runs: Runs, device: Device) -> list[Layout]:
    """The layout with other token budgets; none for a graph that runs single pairs."""
    if runs == "single":
        return []
    candidates = CPU_BUDGETS if device == "cpu" else DEVICE_BUDGETS
    return [
        replace(layout, token_budget=budget)
        for budget in candidates
        if budget != layout.token_budget
    ]


def _cpu_shapes(cores: int, physical: int) -> Iterator[tuple[int, int]]:
    """(workers, threads): from a worker per core to all cores in each run.

    One worker more than cores fills the gaps between runs, and the half core of a quota of 2.5.
    Where a core has two hardware threads, a worker per core may be as fast as one per thread.
    """
    yield cores + 1, 1
    for all_cores in {cores, physical}:
        threads = 1
        while threads <= all_cores:
            yield all_cores // threads, threads
            threads *= 2
        yield 1, all_cores


def layout_name(layout: Layout) -> str:
    """The layout in the table: "2 workers x 1 thread, 512 tokens"."""
    name = f"{counted(layout.workers, 'worker')} x {counted(layout.intra_op_threads, 'thread')}"
    return f"{name}, {layout.token_budget} tokens" if layout.token_budget else name


def as_flags(layout: Layout) -> str:
    """The flags of `rerank-sidecar serve` for the layout."""
    return (
        f"--workers {layout.workers} --threads {layout.intra_op_threads} "
        f"--token-budget {layout.token_budget}"
    )
