"""What is scored: pairs of random ids by their lengths in tokens, new in each round."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from sidecar.runtime.families import Logits
from sidecar.runtime.families import logits as read_logits
from sidecar.runtime.manifest import Padding
from sidecar.runtime.runs import Layout, batch, take_run
from sidecar.runtime.session import Batch, ModelInput, Tensors

MIN_ID = 10
"""Ids below are marks in the tokenizers of all shapes, padding among them."""
PREFIX_TOKENS = 70
"""Of a Qwen3-Reranker pair: the system's text, the instruction and a query of 8 tokens."""
PAD = 0
BUDGET = 16_384
"""Padded tokens of a run, unless a row of the table says otherwise."""
ONE_RUN = 1 << 20
"""Padded tokens of a run that holds all pairs."""


@dataclass(frozen=True)
class Workload:
    """Lengths of the pairs of one request, the decoder's prompt included."""

    name: str
    lengths: tuple[int, ...]


def _mix(count: int, median: float, sigma: float, low: int, high: int) -> tuple[int, ...]:
    drawn = np.random.default_rng(11).lognormal(np.log(median), sigma, count)
    return tuple(int(length) for length in np.clip(np.rint(drawn), low, high))


EQUAL_160 = Workload("100 x 160", (160,) * 100)
EQUAL_512 = Workload("100 x 512", (512,) * 100)
MIX = Workload("100 lognormal", _mix(100, 110, 0.65, 20, 500))
"""About the mix of `rerank-sidecar bench`, with 20 tokens for the query and the marks."""
P1 = Workload("64 as MS MARCO", _mix(64, PREFIX_TOKENS + 90, 0.25, PREFIX_TOKENS + 20, 400))
"""One request of serving's P1: passages of 80 tokens or so behind the prompt."""
WORKLOADS = {workload.name: workload for workload in (EQUAL_160, EQUAL_512, MIX, P1)}


def pairs_of(
    lengths: Sequence[int], vocabulary: int, rng: np.random.Generator, *, segments: bool
) -> list[ModelInput]:
    """A pair of random ids for each length; with `segments` a tenth of it is the query."""
    pairs = []
    for length in lengths:
        ids = rng.integers(min(MIN_ID, vocabulary - 1), vocabulary, length)
        types = (np.arange(length) >= length // 10).astype(np.int64) if segments else None
        pairs.append(ModelInput(ids, types))
    return pairs


@dataclass
class _Job:
    waiting: list[tuple[int, int]]
    in_order: bool = False


def runs_of(pairs: Sequence[ModelInput], token_budget: int) -> list[tuple[list[int], Batch]]:
    """(positions, arrays) of each run, laid out as the service does on a device."""
    layout = Layout(workers=1, intra_op_threads=1, token_budget=token_budget)
    job = _Job(sorted((len(pair), position) for position, pair in enumerate(pairs)))
    padding, laid_out = Padding(side="right", token=""), []
    while job.waiting:
        run = take_run(job, [], layout)
        positions = [position for _, position in run]
        laid_out.append(
            (positions, batch([pairs[position] for position in positions], padding, PAD))
        )
    return laid_out


def scored(
    run: Callable[[Batch], Tensors], pairs: Sequence[ModelInput], token_budget: int = ONE_RUN
) -> Logits:
    """One logit per pair, in their order, each run by `run`."""
    logits = np.zeros(len(pairs), np.float32)
    for positions, arrays in runs_of(pairs, token_budget):
        logits[positions] = read_logits(run(arrays))
    return logits


def padded_share(lengths: Sequence[int], token_budget: int) -> float:
    """Share of the runs' tokens that are padding."""
    pairs = [ModelInput(np.zeros(length, np.int64), None) for length in lengths]
    total = sum(arrays.input_ids.size for _, arrays in runs_of(pairs, token_budget))
    return 1 - sum(lengths) / total
