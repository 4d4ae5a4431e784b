"""One hook: its threads, its record, and when it is disabled."""

import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Literal

from sidecar.hooks.loading import Hook
from sidecar.hooks.results import (
    Context,
    HookFault,
    HookResult,
    QueryResult,
    check_documents,
    check_query,
)
from sidecar.search import Fields

MAX_LATE = 3
THREADS = 4
"""Per hook: one that hangs takes no other's threads, and MAX_LATE hangs leave it one."""

Outcome = Literal["ok", "raised", "invalid", "late"]
Result = tuple[HookResult, ...] | QueryResult
"""Of a document hook or of a query hook."""


class HookWorker:
    """A hook, its threads and its record. Only the calls leave the event loop's thread."""

    def __init__(self, hook: Hook, cap: float) -> None:
        self.hook = hook
        self.disabled: str | None = None
        """The reason, once it is disabled."""
        self._cap = cap
        self._calls: Counter[Outcome] = Counter()
        self._late = 0
        self._late_at = 0.0
        self._queue: SimpleQueue[tuple[Future[Result], Callable[[], Result]] | None] = SimpleQueue()
        for number in range(THREADS):
            # Daemons: a hook that never returns must not keep the process from ending.
            threading.Thread(
                target=self._work, name=f"hook-{hook.name}-{number}", daemon=True
            ).start()

    @property
    def calls(self) -> Mapping[Outcome, int]:
        return dict(self._calls)

    def submit(self, query: str, documents: Sequence[Fields], context: Context) -> "Future[Result]":
        """The hook's result, checked on its thread; HookFault when it is invalid."""

        def call() -> Result:
            if self.hook.kind == "query":
                return check_query(self.hook.call(query, context))
            results = self.hook.call(query, documents, context)
            return check_documents(results, len(documents), self._cap)

        future: Future[Result] = Future()
        self._queue.put((future, call))
        return future

    def record(
        self,
        outcome: Outcome,
        fault: BaseException | None,
        start: float,
        now: float,
        *,
        disable: bool,
    ) -> str | None:
        """Counts a call from `start` to `now`, and returns what its request's answer must say.

        A hook that fails, or is late MAX_LATE times in a row, is disabled if `disable`.
        """
        self._calls[outcome] += 1
        reason = None
        if outcome == "ok":
            self._late = 0
            return None
        if outcome == "late":
            if start >= self._late_at:  # one hiccup that many requests saw counts once
                self._late, self._late_at = self._late + 1, now
            if self._late >= MAX_LATE:
                reason = f"it was late {MAX_LATE} times in a row"
        elif isinstance(fault, HookFault):
            reason = f"it {fault}"
        else:
            reason = f"it raised {type(fault).__name__}"  # its message may hold a user's text
        if reason and disable:
            self.disabled = reason
            return self.warning
        # A hook that is never disabled fails its request; only the others are ignored.
        return f"{self.hook} {'is ignored' if disable else 'failed'}: {reason or 'it was late'}"

    @property
    def warning(self) -> str:
        """What every answer says of a disabled hook."""
        return f"{self.hook} is disabled: {self.disabled}"

    def close(self) -> None:
        """Ends the idle threads; one in a hook that hangs ends with the process."""
        for _ in range(THREADS):
            self._queue.put(None)

    def _work(self) -> None:
        while (item := self._queue.get()) is not None:
            future, call = item
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(call())
            except BaseException as fault:  # SystemExit too: it is the hook's, not the service's
                future.set_exception(fault)
