"""Priorities of threads, as the kernel has them."""

import os
import threading
from collections.abc import Callable

import pytest

from sidecar.runtime.thread_priority import PER_THREAD, give_way

pytestmark = pytest.mark.skipif(not PER_THREAD, reason="priorities of threads are Linux's")


def priority() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def in_thread(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_a_thread_gives_way_and_no_other() -> None:
    seen = []

    def work() -> None:
        give_way(3)
        seen.append(priority())

    before = priority()
    in_thread(work)
    assert seen == [before + 3]
    assert priority() == before


def test_zero_changes_nothing() -> None:
    before = priority()
    give_way(0)
    assert priority() == before
