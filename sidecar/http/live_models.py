"""The models of a service while it serves: who answers a request, and every change of them.

The event loop never waits for a model that is opened. A change goes on when the client that asked
for it goes away. Each is in the log and in `rerank_model_changes_total`.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar

import structlog

from sidecar.errors import ModelRefused, NotReady, RerankError, StartupError
from sidecar.http.model_metrics import ModelMetrics
from sidecar.pipeline.live_model import LiveModel, SleepingModel
from sidecar.pipeline.model_changes import ModelChanges, Reloaded
from sidecar.pipeline.model_names import Kind, Served
from sidecar.pipeline.registry import ModelRegistry
from sidecar.runtime.options import ModelSource
from sidecar.telemetry.metrics import Metrics

RETRY_S = 30.0
"""Between two attempts to wake a model that could not be loaded."""
MAX_CHECK_S = 60.0
"""Between two looks for models that nobody asks for."""
Change = Literal["load", "unload", "reload", "sleep", "wake"]
T = TypeVar("T")
log = structlog.get_logger("rerank")


@dataclass(frozen=True, slots=True)
class Held:
    """Who answers a request."""

    model: LiveModel
    left_s: float | None
    """What is left of the request's time, if it had to wait."""


class LiveModels:
    """One per service, over its registry."""

    def __init__(self, registry: ModelRegistry, metrics: Metrics, rows: ModelMetrics) -> None:
        self._registry = registry
        self._metrics = metrics
        self._rows = rows
        self._changes = ModelChanges(registry)
        self._tasks: set[asyncio.Task[Any]] = set()
        self._waking: dict[str, asyncio.Task[None]] = {}
        for live in registry.live:
            rows.show(live)
        self._loop = asyncio.get_running_loop()
        registry.opener.on_close = self._closed

    @asynccontextmanager
    async def hold(
        self, name: str | None, allowed_s: float | None, *, strict: bool, kind: Kind = "reranker"
    ) -> AsyncIterator[Held]:
        """Who of the kind answers a request for `name`; it is not closed until the end. A request
        for a model that sleeps waits until that is loaded again.

        Raises UnknownModel with `strict`, if no model has the name, WrongModel if one of another
        kind has it, and NotReady if the model cannot be loaded, or is not there within `allowed_s`
        (None: the longest time of all).
        """
        until: float | None = None
        while True:
            with self._registry.hold_model(name, kind, strict=strict) as model:
                if isinstance(model, LiveModel):
                    yield Held(model, None if until is None else until - time.monotonic())
                    return
            if until is None:
                longest_s = self._registry.default.deadline_s
                until = time.monotonic() + min(allowed_s or longest_s, longest_s)
            await self._wait_awake(model.name, until)

    async def load(self, name: str, folder: Path) -> tuple[LiveModel, bool]:
        """The folder's model under `name`, and whether no model had the name before.

        Raises ModelRefused with the reason, and says what goes on.
        """
        before = self._registry.served.get(name)

        def then(live: LiveModel) -> None:
            self._rows.show(live)
            replaced = None if before is None else before.running.score_revision
            revision = live.running.score_revision
            log.info("model loaded", model=name, score_revision=revision, replaced=replaced)

        try:
            live = await self._make("load", then, self._changes.load, name, ModelSource(folder))
        except StartupError as fault:
            raise ModelRefused(f"{fault.message}{_goes_on(before)}") from None
        return live, before is None

    async def unload(self, name: str) -> None:
        """Takes the name away. Raises UnknownModel, or Conflict for the default's."""

        def then(removed: Served) -> None:
            log.info("model unloaded", model=name, score_revision=removed.running.score_revision)

        await self._make("unload", then, self._changes.unload, name)

    async def sleep(self, name: str) -> None:
        """Puts the model to sleep. Nothing happens to the default, the stand-in, encoders, and a
        name that no model that is awake has."""
        model = await asyncio.to_thread(self._changes.sleep, name)
        if model is not None:
            self._asleep(model)

    async def reload(self, sources: Sequence[ModelSource]) -> None:
        """Makes the sources the models that are served. Raises StartupError with the reason if one
        must not serve; then nothing has changed."""

        def then(reloaded: Reloaded) -> None:
            for live in self._registry.live:
                self._rows.show(live)
            log.info("models reloaded", **asdict(reloaded))

        await self._make("reload", then, self._changes.reload, sources)

    def unload_idle(self, idle_s: float) -> None:
        """From now on puts models to sleep that nobody asks for."""

        async def watch() -> None:
            while True:
                await asyncio.sleep(min(idle_s / 4, MAX_CHECK_S))
                asleep = await asyncio.to_thread(self._changes.unload_idle, idle_s)
                for model in asleep:
                    self._asleep(model)

        self._start(watch())

    def stop(self) -> None:
        """Nothing is changed any more; a model that loads now gets no name."""
        for task in self._tasks:
            task.cancel()

    def _asleep(self, model: SleepingModel) -> None:
        self._count("sleep", "ok")
        log.info("model asleep", model=model.name, score_revision=model.running.score_revision)

    def _closed(self, live: LiveModel) -> None:
        """Called in a thread, at a stop after the loop has ended."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._rows.closed, live, self._registry)

    async def _wait_awake(self, name: str, until: float) -> None:
        task = self._waking.get(name)
        if task is None:
            task = self._waking[name] = self._start(self._wake(name))
        try:
            async with asyncio.timeout(max(0.0, until - time.monotonic())):
                await asyncio.shield(task)
        except TimeoutError:
            raise NotReady(f"the model `{name}` is being loaded again") from None

    async def _wake(self, name: str) -> None:
        """Loads a sleeping model again. Raises NotReady if that fails, and is not tried again for
        RETRY_S."""
        start = time.monotonic()
        retry_s = 0.0

        def then(live: LiveModel | None) -> None:
            if live is not None:
                self._rows.show(live)
                log.info("model awake", model=name, seconds=round(time.monotonic() - start, 2))

        try:
            await self._make("wake", then, self._changes.wake, name)
        except StartupError:
            retry_s = RETRY_S
            raise NotReady(f"the model `{name}` cannot be loaded again") from None
        finally:
            asyncio.get_running_loop().call_later(retry_s, self._waking.pop, name)

    async def _make(
        self, change: Change, then: Callable[[T], None], act: Callable[..., T], *arguments: Any
    ) -> T:
        """Makes a change in a thread and calls `then` with what came of it, even when the client
        that asked for it has gone."""

        async def make() -> T:
            try:
                made = await asyncio.to_thread(act, *arguments)
            except RerankError as fault:
                self._count(change, "failed")
                model = arguments[0] if change != "reload" else None
                log.error("model change", change=change, model=model, fault=fault.message)
                raise
            self._count(change, "ok")
            then(made)
            return made

        return await asyncio.shield(self._start(make()))

    def _start(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._end)
        return task

    def _end(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # who asked may be gone, and then nobody else looks at it

    def _count(self, change: Change, outcome: Literal["ok", "failed"]) -> None:
        self._metrics.model_changes.labels(change=change, outcome=outcome).inc()


def _goes_on(before: Served | None) -> str:
    if before is None:
        return ""
    return f"; `{before.name}` goes on with score revision {before.running.score_revision}"
