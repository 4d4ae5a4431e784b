"""Takes or refuses a whole request, before it is tokenised, by the work queued ahead of it."""

import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sidecar.engine.scheduler import RunReport
from sidecar.errors import Overloaded

CHARACTERS_PER_TOKEN = 4
"""English on average; the estimate decides only between now and later, never a score."""
SMOOTHING = 0.05
"""Weight of the newest run in the measured rate: some twenty runs of memory."""


class Admission:
    """Keeps the measured rate and the requests between admission and queue. Thread-safe."""

    def __init__(self, workers: int, backlog_tokens: Callable[[], int]) -> None:
        self._workers = workers
        self._backlog_tokens = backlog_tokens
        self._rate: float | None = None
        self._arriving = 0
        self._lock = threading.Lock()

    @property
    def tokens_per_second(self) -> float | None:
        """All workers together, as measured; None before the first run."""
        return self._rate

    def record(self, report: RunReport) -> None:
        """Learns the rate from a run."""
        if report.failed or report.seconds <= 0:
            return
        rate = report.tokens / report.seconds * self._workers
        with self._lock:
            old = self._rate
            self._rate = rate if old is None else old + SMOOTHING * (rate - old)

    @contextmanager
    def admit(self, tokens: int, deadline_s: float) -> Iterator[None]:
        """Holds a place for a request of about `tokens` until its pairs are in the queue.

        An idle server takes any request. Raises Overloaded, with the seconds after which the
        work that is ahead now will be done, when this request would end after its deadline.
        """
        with self._lock:
            ahead = self._backlog_tokens() + self._arriving
            if ahead and self._rate:
                wait_s = ahead / self._rate
                if wait_s + tokens / self._rate > deadline_s:
                    raise Overloaded(
                        f"about {wait_s:.1f} s of work are queued ahead of this request, whose "
                        f"deadline is {deadline_s:.1f} s",
                        retry_after_s=max(wait_s, 0.1),
                    )
            self._arriving += tokens
        try:
            yield
        finally:
            with self._lock:
                self._arriving -= tokens


def estimate_tokens(query_characters: int, passage_characters: list[int], most: int) -> int:
    """About how many tokens the pairs of a request will have; none has more than `most`."""
    return sum(
        min(most, math.ceil((query_characters + length) / CHARACTERS_PER_TOKEN) + 3)
        for length in passage_characters
    )
