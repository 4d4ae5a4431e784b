"""Which threads of a process get a core first (Linux).

The service's event loop needs little time, and needs it at once: whoever is refused waits for it.
There are as many workers as cores, and under load they always have something to do. With equal
priority the loop waits for its turn after each burst, as it still does on other systems.
"""

import contextlib
import os
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

PER_THREAD = sys.platform == "linux"
"""Elsewhere a priority is the whole process's."""


def give_way(nice: int) -> None:
    """From now on the calling thread is so much nicer than it was, in the steps of nice(1): 5 is a
    third of the weight, 10 a tenth."""
    if PER_THREAD:
        _add(threading.get_native_id(), nice)


@contextlib.contextmanager
def going_first(steps: int) -> Iterator[bool]:
    """The calling thread is so much less nice meanwhile; yields whether it was allowed to be, for
    which Linux wants a privilege (CAP_SYS_NICE)."""
    if not PER_THREAD:
        yield False
        return
    thread = threading.get_native_id()
    before = os.getpriority(os.PRIO_PROCESS, thread)
    _add(thread, -steps)
    now = os.getpriority(os.PRIO_PROCESS, thread)
    try:
        yield now < before
    finally:
        _add(thread, before - now)


def make_give_way(process: int, nice: int) -> None:
    """The same for every thread that a process has now, and those that these will start; and for
    its session, among which some kernels share cores first (autogroups)."""
    if nice and PER_THREAD:
        with contextlib.suppress(OSError):  # it has ended
            for thread in Path(f"/proc/{process}/task").iterdir():
                _add(int(thread.name), nice)
        with contextlib.suppress(OSError):  # a kernel without autogroups
            Path(f"/proc/{process}/autogroup").write_text(str(nice))


def _add(thread: int, nice: int) -> None:
    if nice:
        with contextlib.suppress(OSError):  # a sandbox may forbid it, and the service works without
            os.setpriority(os.PRIO_PROCESS, thread, os.getpriority(os.PRIO_PROCESS, thread) + nice)
