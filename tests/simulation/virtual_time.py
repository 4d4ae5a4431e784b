"""An event loop on a virtual clock: when nothing is ready, time jumps to what is due next.

Everything runs in one thread and in an order that only the seed decides, so a run can be repeated.
"""

import asyncio
import selectors
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Stuck(AssertionError):
    """Somebody waits, and nothing will ever happen."""


class Clock:
    """Seconds since the world began."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class _Selector(selectors.SelectSelector):
    """Instead of sleeping it moves the clock; before that, `on_idle` may find something to do."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock
        self.fault: BaseException | None = None
        self.on_idle: Callable[[], bool] = lambda: False

    def select(self, timeout: float | None = None) -> list[Any]:
        if self.fault is not None:
            raise self.fault
        events = super().select(0)
        if events or timeout == 0 or self.on_idle():
            return events
        if events := super().select(0):  # `on_idle` took nothing, and yet settled a future
            return events
        if timeout is None:
            raise Stuck("somebody waits for what never comes")
        self._clock.now += timeout
        return events


class VirtualLoop(asyncio.SelectorEventLoop):
    """Its `time` is the clock's. `on_idle` is called before time passes; it returns whether it
    did anything, and time then stands still for a turn."""

    def __init__(self, clock: Clock) -> None:
        self._virtual_selector = _Selector(clock)
        super().__init__(self._virtual_selector)
        self._virtual_clock = clock
        self.set_exception_handler(self._stop)

    def time(self) -> float:
        return self._virtual_clock.now

    def _stop(self, loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """What a callback raises ends the run, and is not merely logged."""
        self._virtual_selector.fault = context.get("exception") or Stuck(context["message"])

    def set_on_idle(self, on_idle: Callable[[], bool]) -> None:
        self._virtual_selector.on_idle = on_idle


class VirtualThreads(Executor):
    """Threads that take `seconds()` for a piece of work, and do it at the end of them."""

    def __init__(self, loop: VirtualLoop, seconds: Callable[[], float]) -> None:
        self._loop = loop
        self._seconds = seconds

    def submit(  # type: ignore[override]
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> "Future[T]":
        future: Future[T] = Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(fn(*args, **kwargs))
            except BaseException as fault:  # whatever it is, it is the caller's
                future.set_exception(fault)

        self._loop.call_later(self._seconds(), work)
        return future
