"""What an app shares: the settings, the metrics, the reranker and the state it is in.

starting ──► ready ──► draining
    └──► failed
"""

import asyncio
from collections.abc import Callable
from typing import Literal

from sidecar.engine.scheduler import RunReport
from sidecar.errors import NotReady, StartupError
from sidecar.pipeline import Observer, Reranker
from sidecar.settings import Settings
from sidecar.telemetry.metrics import Metrics

State = Literal["starting", "ready", "draining", "failed"]
Opener = Callable[[Settings, Observer], Reranker]

HUNG_RUN_S = 60.0
"""A run that takes longer is a hung device: nothing that fits the limits takes near as long."""


def open_reranker(settings: Settings, on_run: Observer) -> Reranker:
    """The reranker that the settings ask for. Raises StartupError with the reason."""
    return Reranker.open(
        settings.model,
        device=settings.device,
        graph=settings.graph,
        workers=settings.workers,
        token_budget=settings.token_budget,
        deadline_s=settings.deadline_ms / 1000,
        on_run=on_run,
    )


class Service:
    """One per app. `start` it once the port is open; `stop` it last."""

    def __init__(self, settings: Settings, opener: Opener = open_reranker) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.state: State = "starting"
        self._opener = opener
        self._reranker: Reranker | None = None

    async def start(self) -> None:
        """Loads the model off the event loop. Raises StartupError when it must not serve."""
        try:
            reranker = await asyncio.to_thread(self._opener, self.settings, self._observe)
        except StartupError:
            self.state = "failed"
            raise
        self._reranker = reranker
        loaded = reranker.loaded
        self.metrics.queue.set_function(lambda: reranker.scheduler.backlog()[0])
        self.metrics.model_info.labels(
            model=loaded.manifest.name,
            graph=loaded.graph,
            precision=loaded.manifest.graphs[loaded.graph].precision,
            device=loaded.device,
            score_revision=loaded.score_revision,
        ).set(1)
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
            raise NotReady("the model is being loaded", retry_after_s=1.0)
        return self._reranker

    @property
    def live(self) -> bool:
        """False when a run hangs: a restart is the only cure."""
        reranker = self._reranker
        return reranker is None or reranker.scheduler.longest_run_s() < HUNG_RUN_S

    def _observe(self, report: RunReport) -> None:
        metrics = self.metrics
        if report.failed:
            metrics.session_failures.inc()
            return
        metrics.run_pairs.observe(report.pairs)
        metrics.run_tokens.observe(report.tokens)
        metrics.tokens.inc(report.tokens)
        metrics.padding.inc(report.padded_tokens - report.tokens)
