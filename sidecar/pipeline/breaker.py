"""A circuit breaker for one model. Pure but for its lock: the clock is given.

    closed     requests go to the model; FAULTS failed ones in a row open it
    open       requests are refused at once, for `open_s` seconds
    half-open  a probe is under way, requests are still refused: it closes the breaker, or opens it
               again for twice as long, at most MAX_OPEN_S

(Nygard, "Release It!", 2007. Only the probe goes to the model while it is not closed, so that no
request is lost to find out.)
"""

import threading
from collections.abc import Callable
from typing import Literal

State = Literal["closed", "open", "half_open"]

FAULTS = 5
"""Requests in a row that the model fails. One input that no model can take, sent again by its
client after each 503, does not open it while others succeed."""
FIRST_OPEN_S, MAX_OPEN_S = 1.0, 30.0


class Breaker:
    """Begins closed. Thread-safe."""

    def __init__(
        self, clock: Callable[[], float], on_change: Callable[[State], None] = lambda state: None
    ) -> None:
        """`on_change` is called with each new state, by the thread that brought it about."""
        self._clock = clock
        self._on_change = on_change
        self._state: State = "closed"
        self._faults = 0
        self._open_s = FIRST_OPEN_S
        self._probe_at = 0.0
        self._lock = threading.Lock()

    @property
    def state(self) -> State:
        return self._state

    @property
    def retry_after_s(self) -> float:
        """Seconds until the next probe may have closed it; 0 while it is closed."""
        with self._lock:
            if self._state == "closed":
                return 0.0
            return max(FIRST_OPEN_S, self._probe_at - self._clock())

    def succeeded(self) -> None:
        """A request was scored."""
        with self._lock:
            self._faults = 0

    def failed(self) -> None:
        """The model failed a request."""
        with self._lock:
            self._faults += 1
            opens = self._state == "closed" and self._faults >= FAULTS
            if opens:
                self._open(FIRST_OPEN_S)
        if opens:
            self._on_change("open")

    def begin_probe(self) -> bool:
        """Whether the caller must probe the model now, and tell `probed` what came of it."""
        with self._lock:
            due = self._state == "open" and self._clock() >= self._probe_at
            if due:
                self._state = "half_open"
        if due:
            self._on_change("half_open")
        return due

    def probed(self, ok: bool) -> None:
        """The probe has ended."""
        with self._lock:
            if self._state != "half_open":
                return
            if ok:
                self._state, self._faults = "closed", 0
            else:
                self._open(min(2 * self._open_s, MAX_OPEN_S))
            state = self._state
        self._on_change(state)

    def _open(self, seconds: float) -> None:
        self._state, self._open_s = "open", seconds
        self._probe_at = self._clock() + seconds
