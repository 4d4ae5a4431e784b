"""The layouts worth trying on a machine. Pure."""

from collections.abc import Iterator
from dataclasses import replace

from sidecar.runtime.manifest import Device, Runs
from sidecar.runtime.runs import Layout

CPU_BUDGETS = (0, 512, 1024)
"""Padded tokens of a run. Above some 2,000 a run leaves the cache and never gained on a CPU."""
DEVICE_BUDGETS = (4_096, 8_192, 16_384, 32_768, 65_536)
DEVICE_WORKERS = (1, 2)
"""A second worker prepares its arrays while the device computes the first one's."""


def shapes(default: Layout, *, device: Device, cores: int, physical: int) -> list[Layout]:
    """Other numbers of workers and threads; those that one session may serve stand together.

    `cores` is what the process may use, `physical` the same with hardware threads counted once.
    """
    pairs = {(workers, default.intra_op_threads) for workers in DEVICE_WORKERS}
    if device == "cpu":
        pairs = set(_shapes(cores, physical))
    found = [
        replace(default, workers=workers, intra_op_threads=threads)
        for workers, threads in sorted(pairs, key=lambda shape: (shape[1], shape[0]))
    ]
    return [layout for layout in found if layout != default]


def budgets(layout: Layout, *, runs: Runs, device: Device) -> list[Layout]:
    """The layout with other token budgets; none where pairs must run alone."""
    if runs == "single":
        return []
    found = CPU_BUDGETS if device == "cpu" else DEVICE_BUDGETS
    return [
        replace(layout, token_budget=budget) for budget in found if budget != layout.token_budget
    ]


def _shapes(cores: int, physical: int) -> Iterator[tuple[int, int]]:
    """(workers, threads): from a worker per core to all cores in each run.

    One worker more than cores fills the gaps between runs, and what a quota of 2.5 leaves. Where a
    core has two hardware threads, a worker per core may be as fast as one per thread.
    """
    yield cores + 1, 1
    for all_of_them in {cores, physical}:
        threads = 1
        while threads <= all_of_them:
            yield all_of_them // threads, threads
            threads *= 2
        yield 1, all_of_them


def named(layout: Layout) -> str:
    """ "2 workers x 1 thread, 512 tokens": what is told apart in the table."""
    name = f"{counted(layout.workers, 'worker')} x {counted(layout.intra_op_threads, 'thread')}"
    return f"{name}, {layout.token_budget} tokens" if layout.token_budget else name


def as_settings(layout: Layout) -> str:
    """The flags that give the layout to `rerank-sidecar serve`."""
    return (
        f"--workers {layout.workers} --threads {layout.intra_op_threads} "
        f"--token-budget {layout.token_budget}"
    )


def counted(number: int, noun: str) -> str:
    """ "1 core", "2 cores"."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
