"""Which threads of a process get a core first (Linux).

The service's event loop needs little time, and needs it at once: whoever is refused waits for it.
There are as many workers as cores, and under load they always have something to do. With equal
priority the loop waits for its turn after each burst, as it still does on other systems.
"""

import contextlib
import os
import sys
import threading
from collections.abc import Callable

PER_THREAD = sys.platform == "linux"
"""Elsewhere a priority is the whole process's."""


def give_way(nice: int) -> None:
    """From now on the calling thread, and each that it starts, is so much nicer than it was, in the
    steps of nice(1): 5 is a third of the weight."""
    if nice and PER_THREAD:
        _set(_priority() + nice)


def like_this_thread() -> Callable[[], None]:
    """What gives another thread, which calls it, this one's priority if it has a higher one."""
    wanted = _priority() if PER_THREAD else 0

    def follow() -> None:
        if PER_THREAD and _priority() < wanted:
            _set(wanted)

    return follow


def _priority() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def _set(nice: int) -> None:
    with contextlib.suppress(OSError):  # a sandbox may forbid it, and the service works without
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), nice)
