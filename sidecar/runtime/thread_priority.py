"""Which threads of a process get a core first (Linux).

The service's event loop needs little time, and needs it at once: whoever is refused waits for it.
There are as many workers as cores, and under load they always have something to do. With equal
priority the loop waits for its turn after each burst, as it still does on other systems.
"""

import contextlib
import os
import sys
import threading

PER_THREAD = sys.platform == "linux"
"""Elsewhere a priority is the whole process's."""


def give_way(nice: int) -> None:
    """From now on the calling thread is so much nicer than it was, in the steps of nice(1): 5 is a
    third of the weight."""
    if nice and PER_THREAD:
        thread = threading.get_native_id()
        with contextlib.suppress(OSError):  # a sandbox may forbid it, and the service works without
            os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + nice)
