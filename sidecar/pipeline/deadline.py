"""A request's deadline, for what waits and for what works."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from sidecar.errors import DeadlineExceeded

T = TypeVar("T")
Clock = Callable[[], float]
"""Seconds; the monotonic clock, or a simulation's."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """A moment on the clock, `allowed_s` seconds after the request came."""

    at: float
    allowed_s: float
    clock: Clock = time.monotonic

    @classmethod
    def after(cls, seconds: float, clock: Clock = time.monotonic) -> "Deadline":
        """The deadline of a request that comes now."""
        return cls(clock() + seconds, seconds, clock)

    @property
    def left_s(self) -> float:
        """Seconds until then, at least 0."""
        return max(0.0, self.at - self.clock())

    def check(self) -> None:
        """For work in a thread, which nobody can interrupt. Raises DeadlineExceeded once it has
        passed."""
        if self.clock() > self.at:
            raise self._exceeded()

    async def wait(self, work: Awaitable[T]) -> T:
        """The work's result. Raises DeadlineExceeded, and cancels the work, if the deadline passes
        first: pairs that wait are then taken out of the queue."""
        try:
            async with asyncio.timeout(self.left_s):
                return await work
        except TimeoutError:
            raise self._exceeded() from None

    def _exceeded(self) -> DeadlineExceeded:
        return DeadlineExceeded(f"not every pair was scored within {self.allowed_s * 1000:.0f} ms")
