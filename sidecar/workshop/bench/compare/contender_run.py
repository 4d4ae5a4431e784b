"""The work itself: the best batch size of each, then all over the same rounds in turn."""

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

REST_S = 0.1
"""Between contenders: OpenMP's and onnxruntime's threads spin for some ms after their work."""
BATCH_SIZE_ROUNDS = 2


@dataclass(frozen=True, slots=True)
class MeasuredRound:
    """One round of one contender."""

    pairs: int
    seconds: float
    request_seconds: tuple[float, ...]
    cpu_seconds: float | None


@dataclass
class ContenderRun:
    """A contender with what has been measured of it."""

    contender: Contender
    batch_size: int | None = None
    tried: dict[int, float] = field(default_factory=dict)
    """Pairs/s by batch size in the search."""
    warm: tuple[tuple[float, ...], ...] = ()
    """Its logits of the warm-up requests."""
    rounds: dict[str, list[MeasuredRound]] = field(default_factory=dict)
    """By workload."""
    peak_mb: float | None = None
    failed: str | None = None

    def attempt(self, work: Callable[[], None]) -> None:
        """Does some work unless it has failed before; a failure is kept, and ends its process."""
        if self.failed is not None:
            return
        try:
            work()
        except ContenderFailed as fault:
            self.failed = fault.message
            self.contender.stop()


def run(contender: Contender, searches: Sequence[TextRequest], *, at_once: bool) -> RoundResult:
    """What it answers. Raises ContenderFailed unless there is a finite logit for each document."""
    answered = contender.run(searches, at_once=at_once)
    wanted = [len(search.documents) for search in searches]
    if [len(logits) for logits in answered.logits] != wanted:
        raise ContenderFailed("it did not score every document once")
    if not all(map(math.isfinite, itertools.chain.from_iterable(answered.logits))):
        raise ContenderFailed("a score is not a number")
    return answered


def search_batch_size(
    entry: ContenderRun, warm: Sequence[TextRequest], rounds: Sequence[Sequence[TextRequest]]
) -> None:
    """Finds the batch size with the fastest round, and stops the contender: what the others needed
    shall not count as its memory. Raises ContenderFailed."""
    for batch_size in entry.contender.kind.batch_sizes:
        entry.contender.start(batch_size)
        run(entry.contender, warm, at_once=False)
        rates = []
        for searches in rounds[:BATCH_SIZE_ROUNDS]:
            pairs = sum(len(search.documents) for search in searches)
            rates.append(pairs / run(entry.contender, searches, at_once=False).seconds)
        entry.tried[batch_size] = max(rates)
    if entry.tried:
        entry.batch_size = max(entry.tried, key=lambda size: entry.tried[size])
        entry.contender.stop()


def warm_up(entry: ContenderRun, searches: Sequence[TextRequest]) -> None:
    """Starts with the chosen batch size and keeps the logits. Raises ContenderFailed."""
    entry.contender.start(entry.batch_size)
    entry.warm = run(entry.contender, searches, at_once=False).logits


def measure(
    entries: Sequence[ContenderRun],
    key: str,
    rounds: Iterable[Sequence[TextRequest]],
    *,
    at_once: bool,
    advance: Callable[[], object] = lambda: None,
) -> None:
    """Every round through every contender that has not failed, in changing order."""
    for number, searches in enumerate(rounds):
        for entry in turn_order(entries, number):
            entry.attempt(partial(_one, entry, key, searches, at_once))
            advance()


def finish(entry: ContenderRun) -> None:
    """Reads the peak memory and ends the processes."""
    entry.peak_mb = peak_memory_mb(entry.contender.pid)
    entry.contender.stop()


def _one(entry: ContenderRun, key: str, searches: Sequence[TextRequest], at_once: bool) -> None:
    time.sleep(REST_S)
    contender = entry.contender
    before = cpu_seconds(contender.pid)
    answered = run(contender, searches, at_once=at_once)
    after = cpu_seconds(contender.pid)
    entry.rounds.setdefault(key, []).append(
        MeasuredRound(
            pairs=sum(len(search.documents) for search in searches),
            seconds=answered.seconds,
            request_seconds=answered.request_seconds,
            cpu_seconds=None if before is None or after is None else after - before,
        )
    )
