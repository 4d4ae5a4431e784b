"""What the shared cache asks of the place where values lie, and how long it waits."""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, Literal, Protocol, TypeVar

from sidecar.runtime.logit_cache import Key

MAX_CALL_S = 1.0
"""A call that no request waits for any more ends here. Until then it may end well, and its
connection need not be opened anew for an answer that is a little late."""
Reason = Literal["late", "connection", "refused", "busy"]
"""`connection`: there is none, or the login failed; `busy`: it was not asked."""
T = TypeVar("T")


class StoreError(Exception):
    """A store did not do what it was asked. The message holds no password."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class Store(Protocol):
    """Bytes by key. Each call raises StoreError, and may hang."""

    async def get(self, keys: Sequence[Key]) -> Sequence[bytes | None]:
        """What lies under each key, None where nothing does."""

    async def put(self, values: Mapping[Key, bytes]) -> None:
        """Keeps the values."""

    async def close(self) -> None:
        """Closes the connections."""


async def limited(call: Coroutine[Any, Any, T], seconds: float = MAX_CALL_S) -> T:
    """The call's result. Raises StoreError if it takes longer."""
    try:
        async with asyncio.timeout(seconds):
            return await call
    except TimeoutError:
        raise late(seconds) from None


def late(seconds: float) -> StoreError:
    """The fault of a call that had so much time."""
    return StoreError("late", f"no answer within {seconds * 1000:.0f} ms")
