"""A clock that jumps from one planned event to the next."""

import heapq
import itertools
from collections.abc import Callable


class VirtualClock:
    """Called, it is the time in seconds, as the clocks of queues are."""

    def __init__(self) -> None:
        self._now = 0.0
        self._events: list[tuple[float, int, Callable[[], object]]] = []
        self._numbers = itertools.count()

    def __call__(self) -> float:
        return self._now

    def at(self, moment: float, event: Callable[[], object]) -> None:
        """Plans the event. Those of one moment happen in the order in which they were planned."""
        heapq.heappush(self._events, (moment, next(self._numbers), event))

    def run(self, between: Callable[[], None]) -> None:
        """Until nothing is planned any longer; calls `between` first, and after each event."""
        between()
        while self._events:
            moment, _, event = heapq.heappop(self._events)
            self._now = max(self._now, moment)
            event()
            between()
