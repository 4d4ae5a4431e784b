"""The measured rate of one model on its device: tokens per second, over its most recent runs."""

import math
import threading

MEMORY_S = 5.0
"""Seconds of runs after which an older run counts a third (1/e)."""


class Throughput:
    """All tokens of recent runs by all of their time, so that long runs count as long as they take.
    Thread-safe."""

    def __init__(self, workers: int) -> None:
        """`workers` run beside each other; the rate is of all of them together."""
        self._workers = workers
        self._tokens = 0.0
        self._seconds = 0.0
        self._loaded = False
        self._lock = threading.Lock()

    @property
    def tokens_per_second(self) -> float | None:
        """None before the first run."""
        with self._lock:
            return self._workers * self._tokens / self._seconds if self._seconds else None

    def record(self, tokens: int, seconds: float, *, loaded: bool = True) -> None:
        """Learns from a run that succeeded.

        Runs beside each other share caches and memory, and are slower than one alone: once a run
        with all workers busy (`loaded`) is known, those without are left out.
        """
        if seconds <= 0 or (self._loaded and not loaded):
            return
        with self._lock:
            if loaded and not self._loaded:
                self._tokens = self._seconds = 0.0
                self._loaded = True
            memory = math.exp(-seconds / MEMORY_S)
            self._tokens = self._tokens * memory + tokens
            self._seconds = self._seconds * memory + seconds
