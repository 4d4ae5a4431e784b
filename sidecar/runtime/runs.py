"""Which inputs share a run, and the arrays of a run. Pure.

Two layouts, one set of rules: on a CPU a run is one unpadded input and every core has a worker; on
a GPU one worker takes runs of inputs of similar length under a budget of padded tokens.
"""

import bisect
import heapq
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

import numpy as np

from sidecar.errors import StartupError
from sidecar.runtime.manifest import Graph, Padding
from sidecar.runtime.options import RuntimeOptions
from sidecar.runtime.session import Batch, ModelInput

DEVICE_TOKEN_BUDGET = 16_384


@dataclass(frozen=True, slots=True)
class Layout:
    """How work is laid out: numbers only, and no score depends on them."""

    workers: int
    intra_op_threads: int
    token_budget: int
    """Most padded tokens of a run; 0 means one unpadded input per run."""
    max_run_inputs: int = 1024
    source: str = field(default="default", compare=False)
    """Who chose it: "default", "setting", or "tuned" with the date."""


class Queued(Protocol):
    """What `take_run` needs of a request's job: (length, position) of its inputs, ascending."""

    waiting: list[tuple[int, int]]
    in_order: bool
    """Whether its lowest position runs next, and not its longest input."""


Job = TypeVar("Job", bound=Queued)


def layout_for(options: RuntimeOptions, graph: Graph, cores: int) -> Layout:
    """The device's layout, with what the options fix. Raises StartupError if they conflict."""
    on_cpu = options.device == "cpu"
    workers, threads, token_budget = options.workers, options.threads, options.token_budget
    chosen = any(number is not None for number in (workers, threads, token_budget))
    if token_budget is None:
        token_budget = 0 if on_cpu or graph.runs == "single" else DEVICE_TOKEN_BUDGET
    if token_budget and graph.runs == "single":
        raise StartupError(
            f"graph {graph.file} scores one pair per run (a pair's score would depend on its "
            "company); token_budget must be 0"
        )
    if workers is None:
        alone = cores if on_cpu and not token_budget else 1
        workers = max(1, alone // (threads or 1))
    if threads is None:
        threads = max(1, cores // workers) if on_cpu else 1
    source = "setting" if chosen else "default"
    return Layout(workers, threads, token_budget, source=source)


def take_run(lead: Job, others: Iterable[Job], layout: Layout) -> list[tuple[Job, int]]:
    """Removes from the jobs the inputs of the run that `lead`, which has some, leads.

    Returns (job, position) of each. The lead's longest input comes first, or its next one if the
    job runs in order. Under a token budget the run is filled with the longest inputs of it and of
    the others that are not longer, so little is padded; of equals, the first job's.
    """
    longest, position = lead.waiting.pop(_next_place(lead))
    run = [(lead, position)]
    max_inputs = min(layout.token_budget // longest if longest else 1, layout.max_run_inputs)
    if max_inputs <= 1:
        return run
    jobs = [lead, *(job for job in others if job is not lead)]
    # Per job the index of its longest input that is no longer than the lead.
    heap = [
        (-job.waiting[end][0], order, end)
        for order, job in enumerate(jobs)
        if (end := bisect.bisect_right(job.waiting, (longest, sys.maxsize)) - 1) >= 0
    ]
    heapq.heapify(heap)
    while heap and len(run) < max_inputs:
        _, order, end = heapq.heappop(heap)
        run.append((jobs[order], jobs[order].waiting.pop(end)[1]))
        if end > 0:
            heapq.heappush(heap, (-jobs[order].waiting[end - 1][0], order, end - 1))
    return run


def _next_place(job: Queued) -> int:
    """The place in `waiting` of the input that the job has run next."""
    if not job.in_order:
        return -1
    positions = [position for _, position in job.waiting]
    return positions.index(min(positions))


def batch(inputs: Sequence[ModelInput], padding: Padding, pad_id: int) -> Batch:
    """The inputs as arrays, padded to the longest on the model's side."""
    width = max(map(len, inputs))
    ids = np.full((len(inputs), width), pad_id, dtype=np.int64)
    mask = np.zeros_like(ids)
    types = None if inputs[0].segments is None else np.zeros_like(ids)
    for row, each in enumerate(inputs):
        first = 0 if padding.side == "right" else width - len(each)
        columns = slice(first, first + len(each))
        ids[row, columns] = each.ids
        mask[row, columns] = 1
        if types is not None and each.segments is not None:
            types[row, columns] = each.segments
    return Batch(ids, mask, types)
