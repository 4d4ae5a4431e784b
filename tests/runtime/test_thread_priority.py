"""Priorities of threads, as the kernel has them."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from sidecar.runtime.thread_priority import PER_THREAD, give_way, like_this_thread

pytestmark = pytest.mark.skipif(not PER_THREAD, reason="priorities of threads are Linux's")


def priority() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def in_thread(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_a_thread_gives_way_with_all_that_it_starts_and_no_other() -> None:
    seen = []

    def work() -> None:
        give_way(3)
        seen.append(priority())
        in_thread(lambda: seen.append(priority()))

    before = priority()
    in_thread(work)
    assert seen == [before + 3, before + 3]
    assert priority() == before


def test_a_pool_follows_the_thread_that_made_it_whoever_starts_its_threads() -> None:
    pools = []

    def work() -> None:
        give_way(3)
        pools.append(ThreadPoolExecutor(1, initializer=like_this_thread()))

    in_thread(work)
    with pools[0] as pool:
        assert pool.submit(priority).result() == priority() + 3


def test_zero_changes_nothing() -> None:
    before = priority()
    give_way(0)
    like_this_thread()()
    assert priority() == before
