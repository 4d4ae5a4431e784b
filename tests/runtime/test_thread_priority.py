"""Priorities of threads, as the kernel has them."""

import os
import threading
from collections.abc import Callable

import pytest

from sidecar.runtime.thread_priority import PER_THREAD, give_way, going_first

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


def test_a_thread_goes_first_where_it_may_and_is_as_before_afterwards() -> None:
    before = priority()
    with going_first(2) as first:
        assert priority() == (before - 2 if first else before)
    assert priority() == before


def test_without_the_privilege_a_thread_goes_on_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    before = priority()
    monkeypatch.setattr(os, "setpriority", refuse)
    with going_first(2) as first:
        assert not first
        assert priority() == before
