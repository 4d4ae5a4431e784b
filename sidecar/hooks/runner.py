"""All hooks of a request at once, off the event loop, within a time budget.

Results that are not there in time are ignored. A hook that raises, returns something invalid, or is
late three times in a row is disabled until the next start, and every answer says so. With
`on_failure="error"` such a request fails instead, and the next one calls the hook again.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from sidecar.errors import HookFailed
from sidecar.hooks.loading import Hook
from sidecar.hooks.results import (
    CombinedResult,
    Context,
    HookFault,
    HookResult,
    QueryResult,
    combined,
)
from sidecar.hooks.worker import HookWorker, Outcome, Result
from sidecar.search import Fields


@dataclass(frozen=True, slots=True)
class HookEvent:
    """One call's end, for metrics and the log; `fault` is what the hook raised."""

    hook: Hook
    outcome: Outcome
    seconds: float
    fault: BaseException | None = None


@dataclass(frozen=True, slots=True)
class HookState:
    """A hook since the start: its calls by outcome, and why it is disabled, if it is."""

    hook: Hook
    calls: Mapping[Outcome, int]
    disabled: str | None


class Hooks:
    """The service's hooks. `close` it after use. `run` belongs to one event loop."""

    def __init__(
        self,
        hooks: Sequence[Hook],
        *,
        budget_s: float = 0.05,
        cap: float = 2.0,
        on_failure: Literal["ignore", "error"] = "ignore",
        observe: Callable[[HookEvent], None] = lambda event: None,
    ) -> None:
        """`cap` bounds what one hook's signals add to a document's logit."""
        self._workers = [HookWorker(hook, cap) for hook in hooks]
        self._budget_s = budget_s
        self._fail_requests = on_failure == "error"
        self._observe = observe

    @property
    def any(self) -> bool:
        """Whether there is a hook at all. Disabled ones count, for their warnings."""
        return bool(self._workers)

    async def run(
        self, query: str, documents: Sequence[Fields], context: Context
    ) -> CombinedResult:
        """What the hooks return, after the time budget at the latest.

        They see read-only views. Raises HookFailed where one failed and `on_failure` is "error".
        """
        views = tuple(MappingProxyType(fields) for fields in documents)
        read_only = MappingProxyType(context)
        start = time.monotonic()
        calls = {
            worker: worker.submit(query, views, read_only)
            for worker in self._workers
            if not worker.disabled
        }
        if calls:
            waiters = [asyncio.wrap_future(future) for future in calls.values()]
            try:
                await asyncio.wait(waiters, timeout=self._budget_s)
            finally:
                for waiter in waiters:
                    waiter.cancel()  # takes a call that has not begun out of the queue
        of_documents: dict[str, tuple[HookResult, ...]] = {}
        of_query: list[QueryResult] = []
        warnings = []
        for worker in self._workers:
            if worker not in calls:
                warnings.append(worker.warning)
                continue
            result, warning = self._finish(worker, calls[worker], start)
            if isinstance(result, QueryResult):
                of_query.append(result)
            elif result is not None:
                of_documents[worker.hook.name] = result
            if warning:
                warnings.append(warning)
        if warnings and self._fail_requests:
            raise HookFailed("; ".join(warnings))
        return combined(of_documents, of_query, len(documents), tuple(warnings))

    def states(self) -> list[HookState]:
        """The present state of every hook."""
        return [HookState(worker.hook, worker.calls, worker.disabled) for worker in self._workers]

    def close(self) -> None:
        """Ends the threads that wait."""
        for worker in self._workers:
            worker.close()

    def _finish(
        self, worker: HookWorker, future: "Future[Result]", start: float
    ) -> tuple[Result | None, str | None]:
        """(the call's result, or None; what the answer must say about the call)."""
        now = time.monotonic()
        fault = None
        outcome: Outcome = "ok"
        if future.cancelled() or not future.done():
            outcome = "late"
        elif fault := future.exception():
            outcome = "invalid" if isinstance(fault, HookFault) else "raised"
        warning = worker.record(outcome, fault, start, now, disable=not self._fail_requests)
        self._observe(HookEvent(worker.hook, outcome, now - start, fault))
        return (future.result() if outcome == "ok" else None), warning
