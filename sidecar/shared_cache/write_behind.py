"""Logits on their way to the store, written many at a time behind the requests' backs."""

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from itertools import islice

from sidecar.pipeline.breaker import Breaker
from sidecar.runtime.families import Outputs
from sidecar.runtime.logit_cache import Key
from sidecar.shared_cache.store import Store, StoreError, limited
from sidecar.shared_cache.stored_logit import encode
from sidecar.shared_cache.watch import Watch

WRITE_KEYS = 200
"""At a time: 0.3 ms of CPU time."""
WRITE_AFTER_S = 0.05
MAX_WAITING = 20_000
"""Logits to be written; more are dropped."""


class WriteBehind:
    """Writes to the store while it takes writes, which a Redis whose memory is full does not,
    though it answers lookups. It runs on one event loop; `put` may be called in any thread."""

    def __init__(self, store: Store, watch: Watch, clock: Callable[[], float]) -> None:
        self._store = store
        self._watch = watch
        self._breaker = Breaker(clock, lambda state: watch.on_change("write", state))
        self._waiting: dict[Key, Outputs] = {}
        self._task: asyncio.Task[None] | None = None
        """The writing that is under way; kept here, or it might be collected."""
        self._writing = False
        self._lock = threading.Lock()

    def put(self, key: Key, output: Outputs, loop: asyncio.AbstractEventLoop) -> None:
        """Writes a finite logit soon, on the loop."""
        with self._lock:
            full = len(self._waiting) >= MAX_WAITING
            if not full:
                self._waiting[key] = output
            begin, self._writing = not self._writing, True
        if full:
            self._watch.on_dropped(1)
        if begin:
            with suppress(RuntimeError):  # the loop has just been closed
                loop.call_soon_threadsafe(self._begin)

    async def finish(self, seconds: float) -> None:
        """Waits so long for what is under way, and gives up the rest."""
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=seconds)
            self._task.cancel()
            await asyncio.wait({self._task})

    def _begin(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._write())

    async def _write(self) -> None:
        """Writes all that waits, and what comes meanwhile."""
        await asyncio.sleep(WRITE_AFTER_S)
        while values := self._take():
            probing = self._breaker.begin_probe()
            if self._breaker.state == "open":
                self._watch.on_dropped(len(values))
                continue
            try:
                await limited(self._store.put(values))
            except StoreError as fault:
                self._watch.on_fault("write", fault)
                self._watch.on_dropped(len(values))
                self._breaker.probed(False) if probing else self._breaker.failed()
            else:
                self._watch.on_stored(len(values))
                self._breaker.probed(True) if probing else self._breaker.succeeded()

    def _take(self) -> dict[Key, bytes]:
        """The next of what waits; with nothing the writing ends."""
        with self._lock:
            keys = list(islice(self._waiting, WRITE_KEYS))
            outputs = {key: self._waiting.pop(key) for key in keys}
            self._writing = bool(outputs)
        return {key: encode(key, output) for key, output in outputs.items()}
