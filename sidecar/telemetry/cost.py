"""What reranking costs, from the machine's price per hour.

wall   price * time since the models were ready: what is paid, idle hours too
busy   price * (seconds of runs / workers): what it would be if the machine never idled
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

Basis = Literal["wall", "busy"]
BASES: tuple[Basis, ...] = ("wall", "busy")
_HOUR_S = 3600.0


@dataclass(frozen=True, slots=True)
class Work:
    """What was done since the start."""

    queries: int
    """Answered, with a ranking."""
    pairs: int
    """Of these answers, those from the cache too."""
    wall_s: float
    busy_s: float
    """Seconds of runs, divided by the number of workers."""


class Cost:
    """Counts work, and prices it. Thread-safe."""

    def __init__(
        self, price_per_hour: float, workers: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.price_per_hour = price_per_hour
        self._workers = workers
        self._clock = clock
        self._start = clock()
        self._queries = 0
        self._pairs = 0
        self._run_s = 0.0
        self._lock = threading.Lock()

    def count_answer(self, pairs: int) -> None:
        """Counts an answered query with its pairs."""
        with self._lock:
            self._queries += 1
            self._pairs += pairs

    def count_run(self, seconds: float) -> None:
        """Counts a run of one worker."""
        with self._lock:
            self._run_s += seconds

    def work(self) -> Work:
        """What was done so far."""
        with self._lock:
            wall_s = self._clock() - self._start
            return Work(self._queries, self._pairs, wall_s, self._run_s / self._workers)

    def per_1000_queries(self, basis: Basis) -> float:
        """In the price's currency; NaN before the first answer."""
        work = self.work()
        return self._spent(work, basis) / work.queries * 1e3 if work.queries else float("nan")

    def per_million_pairs(self, basis: Basis) -> float:
        """In the price's currency; NaN before the first pair."""
        work = self.work()
        return self._spent(work, basis) / work.pairs * 1e6 if work.pairs else float("nan")

    def _spent(self, work: Work, basis: Basis) -> float:
        seconds = work.wall_s if basis == "wall" else work.busy_s
        return self.price_per_hour * seconds / _HOUR_S
