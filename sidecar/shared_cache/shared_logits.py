"""The logits that replicas share: asked for in bounded time, written behind the requests' backs.

Whatever the store does, a search gets its scores, and not later than the limit allows: what is not
there in time is scored. A store that failed several times in a row is not asked until a probe, for
which no request waits, has found it well.
"""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, TypeVar

from sidecar.pipeline.breaker import Breaker
from sidecar.runtime.families import Outputs
from sidecar.runtime.logit_cache import Key
from sidecar.shared_cache.store import MAX_CALL_S, Store, StoreError, late, limited
from sidecar.shared_cache.stored_logit import decode
from sidecar.shared_cache.watch import Lookup, Watch
from sidecar.shared_cache.write_behind import WriteBehind

MAX_LOOKUPS = 32
"""Under way at a time, below the client's connections; a request beyond them does without."""
MAX_KEYS = 1000
"""Of a call: 0.6 ms of CPU time."""
WARM_CONNECTIONS = 8
"""Opened beforehand, as many as a burst of searches takes."""
READY_STEPS = 10
"""Of the event loop, more than a reply that has arrived takes to be read."""
PROBE: Sequence[Key] = [b""]
"""No pair's key: a lookup is what must work."""
T = TypeVar("T")


class SharedLogits:
    """Implements `SharedCache` (runtime/logit_cache.py). It belongs to the event loop that calls
    `start`, and is closed there; `put` alone may be called in any thread."""

    def __init__(
        self,
        store: Store,
        timeout_s: float,
        watch: Watch,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`timeout_s` is the longest wait of a request. The store is closed with it."""
        self._store = store
        self._timeout_s = timeout_s
        self._watch = watch
        self._clock = clock
        self._breaker = Breaker(clock, lambda state: watch.on_change("read", state))
        self._writing = WriteBehind(store, watch, clock)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._lookups: set[asyncio.Task[int]] = set()
        """Those of the tasks that are lookups."""
        self._loop: asyncio.AbstractEventLoop | None = None

    async def start(self) -> None:
        """Connects, so that the first search need not. A store that does not answer is reported,
        and nothing else."""
        self._loop = asyncio.get_running_loop()
        try:
            await self._connect()
        except StoreError as fault:
            self._watch.on_fault("read", fault)

    async def close(self) -> None:
        """Writes what waits to be written, if that is soon done, and closes the store."""
        self._loop = None
        await self._writing.finish(MAX_CALL_S)
        for task in (tasks := tuple(self._tasks)):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        with suppress(StoreError):
            await limited(self._store.close())

    async def get(self, keys: Sequence[Key]) -> Mapping[Key, Outputs]:
        """The logits of those keys that are known, within the time limit."""
        if self._breaker.state != "closed":
            if self._breaker.begin_probe():
                self._spawn(self._probe())
            return {}
        if len(self._lookups) >= MAX_LOOKUPS:
            self._watch.on_fault("read", StoreError("busy", f"{MAX_LOOKUPS} lookups under way"))
            return {}
        start = self._clock()
        found: dict[Key, Outputs] = {}
        unique = list(dict.fromkeys(keys))
        lookup = self._spawn(self._look_up(unique, found))
        self._lookups.add(lookup)
        lookup.add_done_callback(self._lookups.discard)
        await asyncio.wait({lookup}, timeout=self._timeout_s)
        await _read_what_has_arrived(lookup)
        try:
            if not lookup.done():
                raise late(self._timeout_s)
            invalid = lookup.result()
        except StoreError as fault:
            self._watch.on_fault("read", fault)
            self._breaker.failed()
        else:
            self._breaker.succeeded()
            missing = len(unique) - len(found) - invalid
            seconds = self._clock() - start
            self._watch.on_lookup(Lookup(len(found), missing, invalid, seconds))
        return dict(found)

    def put(self, key: Key, output: Outputs) -> None:
        """Keeps a finite logit for all replicas, soon, unless the store is away."""
        loop = self._loop
        if loop is not None and self._breaker.state == "closed":
            self._writing.put(key, output, loop)

    async def _look_up(self, keys: Sequence[Key], found: dict[Key, Outputs]) -> int:
        """Fills `found`, and returns how many values were no logits. Raises StoreError."""
        invalid = 0
        for start in range(0, len(keys), MAX_KEYS):
            part = keys[start : start + MAX_KEYS]
            stored = await limited(self._store.get(part))
            for key, value in zip(part, stored, strict=True):
                if value is None:
                    continue
                if (output := decode(key, value)) is None:
                    invalid += 1
                else:
                    found[key] = output
        return invalid

    async def _connect(self) -> None:
        """Opens connections, which takes longer than an answer on them. Raises StoreError."""
        await limited(_all(self._store.get(PROBE) for _ in range(WARM_CONNECTIONS)))

    async def _probe(self) -> None:
        """Closes the breaker if an answer comes in time."""
        try:
            await self._connect()
            await limited(self._store.get(PROBE), self._timeout_s)
        except StoreError as fault:
            self._watch.on_fault("read", fault)
            self._breaker.probed(False)
        else:
            self._breaker.probed(True)

    def _spawn(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        """A task that goes on when nobody waits for it."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # seen: a late lookup's fault is no news


async def _all(calls: Iterable[Coroutine[Any, Any, Any]]) -> None:
    """Makes the calls at once; raises the first fault once all have ended."""
    for outcome in await asyncio.gather(*calls, return_exceptions=True):
        if isinstance(outcome, BaseException):
            raise outcome


async def _read_what_has_arrived(lookup: "asyncio.Task[Any]") -> None:
    """Replies that came in time while the event loop was busy count as in time."""
    for _ in range(READY_STEPS):
        if lookup.done():
            return
        await asyncio.sleep(0)
