"""What an app shares: the settings, the metrics, the reranker and the state it is in.

starting ──► ready ──► draining
    └──► failed
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import structlog

from sidecar.errors import NotReady, StartupError
from sidecar.hooks import HookEvent, Hooks, load
from sidecar.pipeline import Observer, Reranker, Ways
from sidecar.profiles import Profiles
from sidecar.runtime.scheduler import RunReport
from sidecar.runtime.tuned_layouts import state_folder
from sidecar.settings import Settings
from sidecar.telemetry.metrics import Metrics

log = structlog.get_logger("rerank")
State = Literal["starting", "ready", "draining", "failed"]


@dataclass(frozen=True, slots=True)
class Watch:
    """Where a reranker reports what it does."""

    on_run: Observer = lambda report: None
    on_hook: Callable[[HookEvent], None] = lambda event: None


Opener = Callable[[Settings, Watch], Reranker]

HUNG_RUN_S = 60.0
"""A run that takes longer is a hung device: nothing that fits the limits takes near as long."""


def open_reranker(settings: Settings, watch: Watch) -> Reranker:
    """The reranker that the settings ask for. Raises StartupError with the reason."""
    hooks = Hooks(
        load(settings.hook_files),
        budget_s=settings.hook_budget_ms / 1000,
        on_failure=settings.on_hook_failure,
        observe=watch.on_hook,
    )
    return Reranker.open(
        settings.model,
        device=settings.device,
        graph=settings.graph,
        engine=settings.engine,
        precision=settings.precision,
        workers=settings.workers,
        threads=settings.threads,
        token_budget=settings.token_budget,
        state=state_folder(settings.state),
        ways=Ways(Profiles.open(settings.profiles), hooks),
        deadline_s=settings.deadline_ms / 1000,
        on_run=watch.on_run,
    )


class Service:
    """One per app. `start` it once the port is open; `stop` it last."""

    def __init__(self, settings: Settings, opener: Opener = open_reranker) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.state: State = "starting"
        self.loaded_at = 0
        """Seconds since 1970; 0 until there is a model."""
        self._opener = opener
        self._reranker: Reranker | None = None

    async def start(self) -> None:
        """Loads the model off the event loop. Raises StartupError when it must not serve."""
        watch = Watch(self._on_run, self._on_hook)
        try:
            reranker = await asyncio.to_thread(self._opener, self.settings, watch)
        except StartupError:
            self.state = "failed"
            raise
        self._reranker = reranker
        self.loaded_at = int(time.time())
        loaded = reranker.loaded
        self.metrics.queue.set_function(lambda: reranker.scheduler.backlog()[0])
        self.metrics.model_info.labels(
            model=loaded.manifest.name,
            graph=loaded.graph,
            precision=loaded.running.precision,
            engine=loaded.engine,
            device=loaded.device,
            score_revision=loaded.score_revision,
        ).set(1)
        if self.state == "starting":  # else a stop came first
            self.metrics.ready.set(1)
            self.state = "ready"

    def drain(self) -> None:
        """Not ready any more; requests are still answered."""
        self.state = "draining"
        self.metrics.ready.set(0)

    async def stop(self) -> None:
        """Stops the workers."""
        if self._reranker is not None:
            await asyncio.to_thread(self._reranker.close)

    @property
    def reranker(self) -> Reranker:
        """Raises NotReady while there is none."""
        if self._reranker is None:
            raise NotReady("the model is being loaded")
        return self._reranker

    @property
    def live(self) -> bool:
        """False when a run hangs: a restart is the only cure."""
        reranker = self._reranker
        return reranker is None or reranker.scheduler.longest_run_s() < HUNG_RUN_S

    def _on_run(self, report: RunReport) -> None:
        metrics = self.metrics
        if report.failed:
            metrics.session_failures.inc()
            return
        metrics.run_pairs.observe(report.pairs)
        metrics.run_tokens.observe(report.tokens)
        metrics.tokens.inc(report.tokens)
        metrics.padding.inc(report.padded_tokens - report.tokens)

    def _on_hook(self, event: HookEvent) -> None:
        self.metrics.hook_calls.labels(hook=event.hook.name, outcome=event.outcome).inc()
        self.metrics.hook_duration.observe(event.seconds)
        if event.fault is not None:  # its type alone: a message may hold a document's text
            log.warning("hook", hook=str(event.hook), fault=type(event.fault).__name__)
