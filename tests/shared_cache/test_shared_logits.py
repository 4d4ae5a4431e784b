"""What searches get of a store that is well, slow, away or full, and what that costs them."""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from sidecar.pipeline.breaker import FAULTS, State
from sidecar.runtime.logit_cache import Key
from sidecar.shared_cache import write_behind
from sidecar.shared_cache.shared_logits import MAX_KEYS, MAX_LOOKUPS, SharedLogits
from sidecar.shared_cache.store import StoreError
from sidecar.shared_cache.stored_logit import encode
from sidecar.shared_cache.watch import Call, Lookup, Watch

LONG_S = 60.0
"""A limit that no test reaches."""
SHORT_S = 0.02
AWAY = StoreError("connection", "away")


class Memory:
    """A store in memory that does as it is told."""

    def __init__(self) -> None:
        self.values: dict[Key, bytes] = {}
        self.fault: StoreError | None = None
        self.put_fault: StoreError | None = None
        self.answers = asyncio.Event()
        self.answers.set()
        self.asked: list[Sequence[Key]] = []
        self.puts = 0
        self.closed = False

    async def get(self, keys: Sequence[Key]) -> Sequence[bytes | None]:
        self.asked.append(keys)
        await self.answers.wait()
        if self.fault is not None:
            raise self.fault
        return [self.values.get(key) for key in keys]

    async def put(self, values: Mapping[Key, bytes]) -> None:
        self.puts += 1
        await self.answers.wait()
        if fault := self.put_fault or self.fault:
            raise fault
        self.values.update(values)

    async def close(self) -> None:
        self.closed = True


@dataclass
class Shared:
    """Shared logits over such a store, what they reported, and a clock that is set."""

    store: Memory = field(default_factory=Memory)
    timeout_s: float = LONG_S
    now: float = 0.0
    lookups: list[Lookup] = field(default_factory=list)
    faults: list[tuple[Call, str]] = field(default_factory=list)
    changes: list[tuple[Call, State]] = field(default_factory=list)
    stored: int = 0
    dropped: int = 0

    def __post_init__(self) -> None:
        watch = Watch(
            on_lookup=self.lookups.append,
            on_stored=self._on_stored,
            on_dropped=self._on_dropped,
            on_fault=lambda call, fault: self.faults.append((call, fault.reason)),
            on_change=lambda call, state: self.changes.append((call, state)),
        )
        self.logits = SharedLogits(self.store, self.timeout_s, watch, lambda: self.now)

    async def get(self, *keys: bytes) -> dict[bytes, float]:
        return {key: float(each) for key, each in (await self.logits.get(keys)).items()}

    def put(self, **logits: float) -> None:
        for key, logit in logits.items():
            self.logits.put(key.encode(), np.array(logit, np.float32))

    def keep(self, key: bytes, logit: float) -> None:
        self.store.values[key] = encode(key, np.array(logit, np.float32))

    def _on_stored(self, logits: int) -> None:
        self.stored += logits

    def _on_dropped(self, logits: int) -> None:
        self.dropped += logits


async def until(condition: Callable[[], bool]) -> None:
    """Waits for what happens beside the test."""
    for _ in range(3000):
        if condition():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not happen")


async def test_what_is_put_is_found_by_others() -> None:
    one = Shared()
    await one.logits.start()
    one.put(a=1.5, b=-2.0)
    await until(lambda: one.stored == 2)
    other = Shared(one.store)
    assert await other.get(b"a", b"none", b"b", b"a") == {b"a": 1.5, b"b": -2.0}
    assert other.store.asked[-1] == [b"a", b"none", b"b"], "each once"
    [lookup] = other.lookups
    assert (lookup.found, lookup.missing, lookup.invalid) == (2, 1, 0)
    await one.logits.close()
    assert one.store.closed


async def test_what_is_no_logit_of_its_key_is_scored() -> None:
    shared = Shared()
    shared.keep(b"a", 1)
    shared.store.values |= {b"b": shared.store.values[b"a"], b"c": b"something else"}
    assert await shared.get(b"a", b"b", b"c", b"d") == {b"a": 1}
    [lookup] = shared.lookups
    assert (lookup.found, lookup.missing, lookup.invalid) == (1, 1, 2)
    assert not shared.faults, "the store is well"


async def test_many_keys_are_asked_for_in_parts() -> None:
    shared = Shared()
    keys = [b"%d" % number for number in range(2 * MAX_KEYS + 1)]
    shared.keep(keys[-1], 3)
    assert await shared.get(*keys) == {keys[-1]: 3}
    assert [len(part) for part in shared.store.asked] == [MAX_KEYS, MAX_KEYS, 1]


async def test_a_store_that_is_away_is_asked_no_more_until_it_is_back() -> None:
    shared = Shared()
    shared.keep(b"a", 1)
    shared.store.fault = AWAY
    for _ in range(FAULTS + 10):
        assert await shared.get(b"a") == {}
    assert len(shared.store.asked) == FAULTS
    assert shared.faults == [("read", "connection")] * FAULTS
    shared.put(b=1.0)
    assert shared.store.puts == 0
    shared.now += 1
    assert await shared.get(b"a") == {}, "nobody waits for the probe"
    await until(lambda: shared.changes[-1] == ("read", "open"))
    shared.store.fault = None
    shared.now += 2
    assert await shared.get(b"a") == {}
    await until(lambda: shared.changes[-1] == ("read", "closed"))
    assert await shared.get(b"a") == {b"a": 1}


async def test_nobody_waits_longer_than_the_limit_for_a_store_that_hangs() -> None:
    shared = Shared(timeout_s=SHORT_S)
    shared.store.answers.clear()
    for _ in range(FAULTS):
        assert await shared.get(b"a") == {}
    assert shared.faults == [("read", "late")] * FAULTS
    assert shared.changes == [("read", "open")]
    assert await shared.get(b"a") == {}
    assert len(shared.store.asked) == FAULTS, "and then nobody waits at all"
    await shared.logits.close()


async def test_a_late_answer_is_not_used_and_hurts_nobody() -> None:
    shared = Shared(timeout_s=SHORT_S)
    shared.keep(b"a", 1)
    shared.store.answers.clear()
    assert await shared.get(b"a") == {}
    shared.store.answers.set()
    assert await shared.get(b"a") == {b"a": 1}


async def test_an_answer_that_came_while_the_event_loop_was_busy_is_in_time() -> None:
    shared = Shared(timeout_s=SHORT_S)
    shared.keep(b"a", 1)
    shared.store.answers.clear()
    loop = asyncio.get_running_loop()
    loop.call_later(SHORT_S / 4, shared.store.answers.set)
    loop.call_later(SHORT_S / 8, time.sleep, 4 * SHORT_S)
    assert await shared.get(b"a") == {b"a": 1}


async def test_lookups_under_way_are_bounded() -> None:
    shared = Shared()
    shared.store.answers.clear()
    waiting = [asyncio.create_task(shared.get(b"a")) for _ in range(MAX_LOOKUPS)]
    await until(lambda: len(shared.store.asked) == MAX_LOOKUPS)
    assert await shared.get(b"a") == {}
    assert shared.faults == [("read", "busy")]
    shared.store.answers.set()
    await asyncio.gather(*waiting)
    assert not shared.changes


async def test_lookups_that_begin_at_once_are_bounded_too() -> None:
    shared = Shared()
    shared.keep(b"a", 1)
    found = await asyncio.gather(*(shared.get(b"a") for _ in range(3 * MAX_LOOKUPS)))
    assert len(shared.store.asked) == MAX_LOOKUPS
    assert found.count({b"a": 1}) == MAX_LOOKUPS
    assert shared.faults == [("read", "busy")] * 2 * MAX_LOOKUPS


async def test_a_store_that_takes_no_writes_still_answers_and_is_tried_again() -> None:
    shared = Shared()
    await shared.logits.start()
    shared.keep(b"a", 1)
    shared.store.put_fault = StoreError("refused", "OOM")
    for number in range(FAULTS + 3):
        shared.put(**{f"b{number}": 1.0})
        await until(lambda expected=number + 1: shared.dropped == expected)
    assert shared.store.puts == FAULTS
    assert shared.changes == [("write", "open")]
    assert await shared.get(b"a") == {b"a": 1}
    shared.store.put_fault = None
    shared.now += 1
    shared.put(c=4.0)
    await until(lambda: shared.stored == 1)
    assert shared.changes[-1] == ("write", "closed")
    await shared.logits.close()


async def test_what_waits_to_be_written_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_behind, "MAX_WAITING", 3)
    shared = Shared()
    await shared.logits.start()
    shared.put(a=1, b=2, c=3, d=4)
    assert shared.dropped == 1
    await until(lambda: shared.stored == 3)
    await shared.logits.close()


async def test_logits_of_all_threads_are_written() -> None:
    shared = Shared()
    await shared.logits.start()

    def put(thread: int) -> None:
        for number in range(300):
            shared.put(**{f"{thread}-{number}": float(number)})

    threads = [threading.Thread(target=put, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    await until(lambda: shared.stored == 1200)
    assert len(shared.store.values) == 1200
    await shared.logits.close()


async def test_what_was_put_last_is_written_before_the_end() -> None:
    shared = Shared()
    await shared.logits.start()
    shared.put(a=1)
    await asyncio.sleep(0)
    await shared.logits.close()
    assert shared.stored == 1
    shared.put(b=1)
    assert len(shared.store.values) == 1, "nothing is taken after it"
