"""A request's deadline, for what waits and for what works."""

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from typing import TypeVar

from sidecar.errors import DeadlineExceeded

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Until:
    """`deadline` on the monotonic clock, which is `allowed_s` after the request came."""

    deadline: float
    allowed_s: float

    def check(self) -> None:
        """For work in a thread, which nobody can interrupt. Raises DeadlineExceeded when it is
        past."""
        if time.monotonic() > self.deadline:
            raise self._late()

    async def wait(self, work: Awaitable[T]) -> T:
        """The work's result. Raises DeadlineExceeded, and cancels the work, when the deadline
        passes first: pairs that wait are then taken out of the queue."""
        try:
            async with asyncio.timeout(max(0.0, self.deadline - time.monotonic())):
                return await work
        except TimeoutError:
            raise self._late() from None

    def _late(self) -> DeadlineExceeded:
        return DeadlineExceeded(f"not every pair was scored within {self.allowed_s * 1000:.0f} ms")
