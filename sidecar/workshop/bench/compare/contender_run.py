"""Runs contenders: each at its best batch size, then all over the same rounds in turn."""

import itertools
import math
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial

from sidecar.workshop.bench.compare.contender import (
    Contender,
    ContenderFailed,
    RoundResult,
    TextRequest,
)
from sidecar.workshop.bench.compare.process_usage import cpu_seconds, peak_memory_mb
from sidecar.workshop.bench.interleaving import turn_order

PAUSE_S = 0.1
"""Between contenders: OpenMP's and onnxruntime's threads spin for some ms after their work."""
BATCH_SIZE_ROUNDS = 2
"""Rounds per batch size in the search for the fastest."""


@dataclass(frozen=True, slots=True)
class MeasuredRound:
    """One round of one contender."""

    pairs: int
    seconds: float
    request_seconds: tuple[float, ...]
    cpu_seconds: float | None

    @property
    def rate(self) -> float:
        """Pairs/s."""
        return self.pairs / self.seconds


@dataclass
class ContenderRun:
    """A contender, and what has been measured of it so far."""

    contender: Contender
    batch_size: int | None = None
    tried: dict[int, float] = field(default_factory=dict)
    """Pairs/s by batch size, from the search for the fastest."""
    warm_up_logits: tuple[tuple[float, ...], ...] = ()
    rounds: dict[str, list[MeasuredRound]] = field(default_factory=dict)
    """By workload."""
    peak_mb: float | None = None
    failed: str | None = None
    """Why it failed; a failed contender does no more work."""

    def attempt(self, work: Callable[[], None]) -> None:
        """Does the work unless the contender has failed before; a failure stops it for good."""
        if self.failed is not None:
            return
        try:
            work()
        except ContenderFailed as fault:
            self.failed = fault.message
            self.contender.stop()


def score(contender: Contender, requests: Sequence[TextRequest], *, at_once: bool) -> RoundResult:
    """The contender's logits and times.

    Raises ContenderFailed unless there is a finite logit for each document.
    """
    result = contender.run(requests, at_once=at_once)
    if list(map(len, result.logits)) != [len(request.documents) for request in requests]:
        raise ContenderFailed("it did not score every document once")
    if not all(map(math.isfinite, itertools.chain.from_iterable(result.logits))):
        raise ContenderFailed("a score is not a number")
    return result


def search_batch_size(
    run: ContenderRun, warm_up: Sequence[TextRequest], rounds: Sequence[Sequence[TextRequest]]
) -> None:
    """Finds the batch size with the fastest round, and stops the contender, so that the memory of
    other batch sizes does not count as its peak. Raises ContenderFailed."""
    for batch_size in run.contender.spec.batch_sizes:
        run.contender.start(batch_size)
        score(run.contender, warm_up, at_once=False)
        rates = []
        for requests in rounds[:BATCH_SIZE_ROUNDS]:
            pairs = sum(len(request.documents) for request in requests)
            rates.append(pairs / score(run.contender, requests, at_once=False).seconds)
        run.tried[batch_size] = max(rates)
    if run.tried:
        run.batch_size = max(run.tried, key=lambda size: run.tried[size])
        run.contender.stop()


def warm_up(run: ContenderRun, requests: Sequence[TextRequest]) -> None:
    """Starts with the chosen batch size and keeps the logits. Raises ContenderFailed."""
    run.contender.start(run.batch_size)
    run.warm_up_logits = score(run.contender, requests, at_once=False).logits


def measure(
    runs: Sequence[ContenderRun],
    workload: str,
    rounds: Iterable[Sequence[TextRequest]],
    *,
    at_once: bool,
    advance: Callable[[], object] = lambda: None,
) -> None:
    """Every round through every contender that has not failed, in changing order.

    `advance` is called after each contender's turn.
    """
    for number, requests in enumerate(rounds):
        for run in turn_order(runs, number):
            run.attempt(partial(_measure_round, run, workload, requests, at_once))
            advance()


def finish(run: ContenderRun) -> None:
    """Reads the peak memory and ends the contender's processes."""
    run.peak_mb = peak_memory_mb(run.contender.pid)
    run.contender.stop()


def _measure_round(
    run: ContenderRun, workload: str, requests: Sequence[TextRequest], at_once: bool
) -> None:
    time.sleep(PAUSE_S)
    contender = run.contender
    before = cpu_seconds(contender.pid)
    result = score(contender, requests, at_once=at_once)
    after = cpu_seconds(contender.pid)
    run.rounds.setdefault(workload, []).append(
        MeasuredRound(
            pairs=sum(len(request.documents) for request in requests),
            seconds=result.seconds,
            request_seconds=result.request_seconds,
            cpu_seconds=None if before is None or after is None else after - before,
        )
    )
