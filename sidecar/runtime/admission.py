"""Admits or refuses a whole request before it is tokenised, by the work ahead of it."""

import itertools
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sidecar.errors import Overloaded
from sidecar.runtime.scorer import Load, Scorer


class Admission:
    """Counts the requests that were admitted and are not in the queue yet. The models of a device
    share one. Thread-safe."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._arriving: dict[int, tuple[float, float]] = {}
        """Ticket -> seconds of work, deadline."""
        self._tickets = itertools.count()
        self._lock = threading.Lock()

    @contextmanager
    def admit(self, scorer: Scorer, tokens: int, deadline_s: float) -> Iterator[None]:
        """`check`, then `hold`: for a request whose pairs go into the queue together."""
        with self._lock:
            load = scorer.load()
            self._check(load, tokens, deadline_s)
            ticket = self._arrive(load, tokens, deadline_s)
        try:
            yield
        finally:
            self._leave(ticket)

    def check(self, scorer: Scorer, tokens: int, deadline_s: float) -> None:
        """Passes if a request of about `tokens` can be answered in time. An idle server takes any.

        Raises Overloaded, with the seconds after which the work ahead will be done, if the request
        would end after its deadline.
        """
        with self._lock:
            self._check(scorer.load(), tokens, deadline_s)

    @contextmanager
    def hold(self, scorer: Scorer, tokens: int, deadline_s: float) -> Iterator[None]:
        """Counts `tokens` among the work ahead of others until their pairs are in the queue."""
        with self._lock:
            ticket = self._arrive(scorer.load(), tokens, deadline_s)
        try:
            yield
        finally:
            self._leave(ticket)

    def _check(self, load: Load, tokens: int, deadline_s: float) -> None:
        rate = load.tokens_per_second
        wait_s = load.wait_s + self._arriving_s()
        if wait_s and rate and wait_s + tokens / rate > deadline_s:
            raise Overloaded(
                f"about {wait_s:.1f} s of work are queued ahead of this request, whose "
                f"deadline is {deadline_s:.1f} s",
                retry_after_s=max(wait_s, 0.1),
            )

    def _arriving_s(self) -> float:
        """Seconds of work of the requests that are not in the queue yet. Work past its deadline is
        dropped, so nobody waits for it longer than that."""
        now = self._clock()
        return sum(
            min(work_s, max(0.0, deadline - now)) for work_s, deadline in self._arriving.values()
        )

    def _arrive(self, load: Load, tokens: int, deadline_s: float) -> int:
        rate = load.tokens_per_second
        ticket = next(self._tickets)
        self._arriving[ticket] = (tokens / rate if rate else 0.0, self._clock() + deadline_s)
        return ticket

    def _leave(self, ticket: int) -> None:
        with self._lock:
            del self._arriving[ticket]
