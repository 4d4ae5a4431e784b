"""Where the shared cache reports what it does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sidecar.pipeline.breaker import State
from sidecar.shared_cache.store import StoreError

Call = Literal["read", "write"]


@dataclass(frozen=True, slots=True)
class Lookup:
    """What was asked for and answered in time."""

    found: int
    """Logits."""
    missing: int
    invalid: int
    """Values that are no logit of their key."""
    seconds: float


@dataclass(frozen=True, slots=True)
class Watch:
    """Called on the event loop, but for `on_dropped`, which any thread may call."""

    on_lookup: Callable[[Lookup], None] = lambda lookup: None
    on_stored: Callable[[int], None] = lambda logits: None
    on_dropped: Callable[[int], None] = lambda logits: None
    """Logits that are not written."""
    on_fault: Callable[[Call, StoreError], None] = lambda call, fault: None
    on_change: Callable[[Call, State], None] = lambda call, state: None
    """A breaker has another state; the fault that opened it has been reported."""
