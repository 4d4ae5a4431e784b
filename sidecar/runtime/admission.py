"""Takes or refuses a whole request, before it is tokenised, by the work queued ahead of it."""

import itertools
import math
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sidecar.errors import Overloaded
from sidecar.runtime.scheduler import RunReport

SMOOTHING = 0.05
"""Weight of the newest run in the measured rate: some twenty runs of memory."""


class Admission:
    """Keeps the measured rate and the requests between admission and queue. Thread-safe."""

    def __init__(
        self,
        workers: int,
        backlog_tokens: Callable[[], int],
        clears_s: Callable[[], float] = lambda: math.inf,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`clears_s` gives the seconds after which all that is queued is past its deadline."""
        self._workers = workers
        self._backlog_tokens = backlog_tokens
        self._clears_s = clears_s
        self._clock = clock
        self._rate: float | None = None
        self._arriving: dict[int, tuple[int, float]] = {}
        self._tickets = itertools.count()
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
        """`check`, then `hold`: for a request whose pairs go into the queue together."""
        with self._lock:
            self._check(tokens, deadline_s)
            ticket = self._arrive(tokens, deadline_s)
        try:
            yield
        finally:
            self._leave(ticket)

    def check(self, tokens: int, deadline_s: float) -> None:
        """Whether a request of about `tokens` is taken. An idle server takes any.

        Raises Overloaded, with the seconds after which the work that is ahead now will be done,
        when this request would end after its deadline.
        """
        with self._lock:
            self._check(tokens, deadline_s)

    @contextmanager
    def hold(self, tokens: int, deadline_s: float) -> Iterator[None]:
        """Counts `tokens` among the work ahead of others until their pairs are in the queue."""
        with self._lock:
            ticket = self._arrive(tokens, deadline_s)
        try:
            yield
        finally:
            self._leave(ticket)

    def _check(self, tokens: int, deadline_s: float) -> None:
        wait_s = self._wait_s()
        if wait_s and self._rate and wait_s + tokens / self._rate > deadline_s:
            raise Overloaded(
                f"about {wait_s:.1f} s of work are queued ahead of this request, whose "
                f"deadline is {deadline_s:.1f} s",
                retry_after_s=max(wait_s, 0.1),
            )

    def _arrive(self, tokens: int, deadline_s: float) -> int:
        ticket = next(self._tickets)
        self._arriving[ticket] = (tokens, self._clock() + deadline_s)
        return ticket

    def _leave(self, ticket: int) -> None:
        with self._lock:
            del self._arriving[ticket]

    def _wait_s(self) -> float:
        """Seconds until a request that came now would begin; 0 while no rate is known.

        Work that is past its deadline is dropped, so nothing is waited for longer than that.
        """
        if not self._rate:
            return 0.0
        queued = min(self._backlog_tokens() / self._rate, self._clears_s())
        now = self._clock()
        arriving = (
            min(tokens / self._rate, max(0.0, until - now))
            for tokens, until in self._arriving.values()
        )
        return queued + sum(arriving)
