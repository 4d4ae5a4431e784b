"""One hook at work: its threads, its record, and whether it goes on."""

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
Answer = tuple[HookResult, ...] | QueryResult


class Line:
    """A hook, its threads and its record. All but the calls stays on the event loop's thread."""

    def __init__(self, hook: Hook, cap: float) -> None:
        self.hook = hook
        self.disabled: str | None = None
        """Why, once it is."""
        self._cap = cap
        self._calls: Counter[Outcome] = Counter()
        self._late = 0
        self._late_at = 0.0
        self._queue: SimpleQueue[tuple[Future[Answer], Callable[[], Answer]] | None] = SimpleQueue()
        for number in range(THREADS):
            # Daemons: a hook that never returns must not keep the process from ending.
            threading.Thread(
                target=self._work, name=f"hook-{hook.name}-{number}", daemon=True
            ).start()

    @property
    def calls(self) -> Mapping[Outcome, int]:
        return dict(self._calls)

    def submit(self, query: str, documents: Sequence[Fields], context: Context) -> "Future[Answer]":
        """The hook's answer to come, checked on its thread; HookFault when it is none."""

        def call() -> Answer:
            if self.hook.kind == "query":
                return check_query(self.hook.call(query, context))
            answer = self.hook.call(query, documents, context)
            return check_documents(answer, len(documents), self._cap)

        future: Future[Answer] = Future()
        self._queue.put((future, call))
        return future

    def note(
        self, outcome: Outcome, fault: BaseException | None, start: float, now: float, keep: bool
    ) -> str | None:
        """Counts a call of `start` to `now`, and returns what its request's answer must say.

        Disables the hook where it must not go on, unless `keep`.
        """
        self._calls[outcome] += 1
        why = None
        if outcome == "ok":
            self._late = 0
            return None
        if outcome == "late":
            if start >= self._late_at:  # one hiccup that many requests saw counts once
                self._late, self._late_at = self._late + 1, now
            if self._late >= MAX_LATE:
                why = f"it was late {MAX_LATE} times in a row"
        elif isinstance(fault, HookFault):
            why = f"it {fault}"
        else:
            why = f"it raised {type(fault).__name__}"  # its message may hold a user's text
        if why and not keep:
            self.disabled = why
            return self.warning
        # A request that fails for the hook, which `keep` means, does not ignore it.
        return f"{self.hook} {'failed' if keep else 'is ignored'}: {why or 'it was late'}"

    @property
    def warning(self) -> str:
        """What every answer says of a disabled hook."""
        return f"{self.hook} is disabled: {self.disabled}"

    def close(self) -> None:
        """Ends the threads that wait; one in a hook that hangs dies with the process."""
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
