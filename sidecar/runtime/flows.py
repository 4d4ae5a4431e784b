"""Whose work it is: what a device's time is shared out by."""

from dataclasses import dataclass
from typing import Literal

Priority = Literal["interactive", "batch"]
"""Somebody waits for `interactive` work; `batch` takes what is left, and a share of its own."""


@dataclass(frozen=True, slots=True)
class Flow:
    """The work of one client at one priority: a flow in the sense of fair queueing."""

    priority: Priority = "interactive"
    key: str = ""
    """Name of the client's API key; empty for clients without one."""


ANYONE = Flow()
"""Work that somebody waits for, of clients without a key."""
