"""The measured rate of one model: tokens per second, over its most recent runs."""

import threading

SMOOTHING = 0.05
"""Weight of the newest run in the mean: some twenty runs of memory."""


class Throughput:
    """An exponential moving average of the rate of runs. Thread-safe."""

    def __init__(self, workers: int) -> None:
        """`workers` run beside each other; the rate is of all of them together."""
        self._workers = workers
        self._rate: float | None = None
        self._lock = threading.Lock()

    @property
    def tokens_per_second(self) -> float | None:
        """None before the first run."""
        return self._rate

    def record(self, tokens: int, seconds: float) -> None:
        """Learns from a run that succeeded."""
        if seconds <= 0:
            return
        rate = tokens / seconds * self._workers
        with self._lock:
            old = self._rate
            self._rate = rate if old is None else old + SMOOTHING * (rate - old)
