"""Hooks at work: all of a request's at once, off the event loop, within a time budget.

What is not there in time is ignored. A hook that raises or answers nonsense, or is late three
times in a row, is disabled until the next start, and every answer says so. With
`on_failure="error"` such a request fails instead, and the next one asks the hook again.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from sidecar.errors import HookFailed
from sidecar.hooks.loading import Hook
from sidecar.hooks.results import Context, HookFault, HookResult, QueryResult, multiplied
from sidecar.hooks.worker import Answer, Line, Outcome
from sidecar.search import Constraint, Fields


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


@dataclass(frozen=True, slots=True)
class Hooked:
    """What all hooks say about a request, put together.

    Signals are named `hook.signal`. Factors of several hooks on one field multiply. Of two
    constraints of one name, or two instructions, the later hook's holds.
    """

    documents: tuple[HookResult, ...]
    weights: Mapping[str, float] = field(default_factory=dict)
    constraints: Mapping[str, Constraint] = field(default_factory=dict)
    instruction: str | None = None
    warnings: tuple[str, ...] = ()


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
        self._lines = [Line(hook, cap) for hook in hooks]
        self._budget_s = budget_s
        self._keep = on_failure == "error"
        self._observe = observe

    @property
    def any(self) -> bool:
        """Whether there is a hook at all, disabled ones included: their warning is to be said."""
        return bool(self._lines)

    async def run(self, query: str, documents: Sequence[Fields], context: Context) -> Hooked:
        """What the hooks say, after the time budget at the latest.

        They see read-only views. Raises HookFailed where one failed and `on_failure` is "error".
        """
        views = tuple(MappingProxyType(fields) for fields in documents)
        read_only = MappingProxyType(context)
        start = time.monotonic()
        calls = {
            line: line.submit(query, views, read_only) for line in self._lines if not line.disabled
        }
        if calls:
            waiting = [asyncio.wrap_future(future) for future in calls.values()]
            try:
                await asyncio.wait(waiting, timeout=self._budget_s)
            finally:
                for waiter in waiting:
                    waiter.cancel()  # takes a call that has not begun out of the queue
        answers: dict[Hook, Answer] = {}
        warnings = []
        for line in self._lines:
            if line not in calls:
                warnings.append(line.warning)
                continue
            answer, warning = self._outcome(line, calls[line], start)
            if answer is not None:
                answers[line.hook] = answer
            if warning:
                warnings.append(warning)
        if warnings and self._keep:
            raise HookFailed("; ".join(warnings))
        return _together(answers, len(documents), tuple(warnings))

    def states(self) -> list[HookState]:
        """Every hook as it stands."""
        return [HookState(line.hook, line.calls, line.disabled) for line in self._lines]

    def close(self) -> None:
        """Ends the threads that wait."""
        for line in self._lines:
            line.close()

    def _outcome(
        self, line: Line, future: "Future[Answer]", start: float
    ) -> tuple[Answer | None, str | None]:
        """(the call's answer, or None; what to say about it)."""
        now = time.monotonic()
        fault = None
        outcome: Outcome = "ok"
        if future.cancelled() or not future.done():
            outcome = "late"
        elif fault := future.exception():
            outcome = "invalid" if isinstance(fault, HookFault) else "raised"
        warning = line.note(outcome, fault, start, now, self._keep)
        self._observe(HookEvent(line.hook, outcome, now - start, fault))
        return (future.result() if outcome == "ok" else None), warning


def _together(answers: Mapping[Hook, Answer], count: int, warnings: tuple[str, ...]) -> Hooked:
    queries = [answer for answer in answers.values() if isinstance(answer, QueryResult)]
    named = {hook.name: answer for hook, answer in answers.items() if isinstance(answer, tuple)}
    documents = tuple(
        HookResult(
            {
                f"{name}.{signal}": part
                for name, results in named.items()
                for signal, part in results[index].signals.items()
            },
            multiplied(results[index].weights for results in named.values()),
        )
        for index in range(count)
    )
    return Hooked(
        documents,
        multiplied(answer.weights for answer in queries),
        {one.name: one for answer in queries for one in answer.constraints},
        next((one.instruction for one in reversed(queries) if one.instruction is not None), None),
        warnings,
    )
