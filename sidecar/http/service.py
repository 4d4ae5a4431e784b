"""What an app shares: the settings, the metrics, the models and the state it is in.

starting ──► ready ──► draining
    └──► failed
"""

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

import structlog

from sidecar.access.api_key import ANONYMOUS, ApiKey, Unit
from sidecar.access.key_store import KeyStore
from sidecar.access.quotas import Quotas
from sidecar.errors import NotReady, QuotaExceeded, StartupError, UnknownModel, WrongModel
from sidecar.hooks import HookEvent, Hooks, load
from sidecar.http.answer_metrics import AnswerMetrics
from sidecar.http.experiments import LiveExperiments
from sidecar.http.judged_answers import JudgedAnswers
from sidecar.http.live_models import LiveModels
from sidecar.http.model_metrics import ModelMetrics
from sidecar.http.otel import open_otlp_metrics, open_tracing
from sidecar.http.shared_cache import open_shared_cache
from sidecar.pipeline.model_names import kind_of
from sidecar.pipeline.ranking_config import RankingConfig
from sidecar.pipeline.registry import ModelRegistry
from sidecar.profiles import Profiles
from sidecar.runtime.jobs import RunReport
from sidecar.runtime.logit_cache import SharedCache
from sidecar.runtime.model_session import Observer
from sidecar.settings import Settings
from sidecar.telemetry.cost import BASES, Cost
from sidecar.telemetry.metrics import Metrics
from sidecar.text.assumed_units import SIDE, stated_quantities
from sidecar.text.prices import price
from sidecar.text.query import read_vocabularies
from sidecar.text.stock import stock
from sidecar.text.units import ALL

log = structlog.get_logger("rerank")
State = Literal["starting", "ready", "draining", "failed"]


@dataclass(frozen=True, slots=True)
class Watch:
    """Where the models report what they do, and what they share with those of other replicas."""

    on_run: Observer = lambda report: None
    on_hook: Callable[[HookEvent], None] = lambda event: None
    shared_cache: SharedCache | None = None


Opener = Callable[[Settings, Watch], ModelRegistry]


def read_words() -> None:
    """Reads and compiles the words of queries, and those of documents' prices, quantities and
    stocks: a quarter of a second more, which the first search does not wait for."""
    read_vocabularies()
    price("from 12,99 €")
    stated_quantities("width: 36 cm x 5 cm", ALL | {SIDE})
    stock("sold out")


def open_models(settings: Settings, watch: Watch, *, lazy: bool = False) -> ModelRegistry:
    """The models that the settings ask for; if `lazy`, most but the default asleep. Raises
    StartupError with the reason."""
    read_words()
    hooks = Hooks(
        load(settings.hook_files),
        budget_s=settings.hook_budget_ms / 1000,
        on_failure=settings.on_hook_failure,
        observe=watch.on_hook,
    )
    models = ModelRegistry.open(
        settings.models,
        settings.runtime_options,
        deadline_s=settings.deadline_ms / 1000,
        config=RankingConfig(
            Profiles.open(settings.profiles),
            hooks,
            on_deadline=settings.on_deadline,
            on_failure=settings.on_failure,
            stand_in=settings.stand_in,
        ),
        on_run=watch.on_run,
        memory_mb=settings.model_memory_mb,
        worker_nice=settings.worker_nice,
        shared_cache=watch.shared_cache,
        lazy=lazy,
    )
    try:
        models.find(settings.stand_in, strict=True, kind="reranker")
    except (UnknownModel, WrongModel) as fault:
        models.close()
        raise StartupError(f"setting stand_in: {fault.message}") from None
    rerankers = {name for name, each in models.served.items() if kind_of(each) == "reranker"}
    if rerankers == {settings.stand_in}:
        log.warning("setting without effect", name="stand_in", needs="another model")
    return models


class Service:
    """One per app. `start` it once the port is open; `stop` it last."""

    def __init__(self, settings: Settings, opener: Opener = open_models) -> None:
        """Raises StartupError when keys or experiments cannot be read, or OpenTelemetry or Redis'
        client is missing."""
        self.settings = settings
        self.keys = KeyStore.open(settings.api_keys, settings.api_keys_file)
        self.quotas = Quotas()
        self.metrics = Metrics()
        self.answers = AnswerMetrics(self.metrics)
        self.experiments = LiveExperiments(settings.experiments, self.metrics)
        self.state: State = "starting"
        self.loaded_at = 0
        """Seconds since 1970; 0 until there are models."""
        self.inflating = asyncio.Lock()
        """Held while a body is inflated."""
        self.tracing = open_tracing() if settings.otel_traces else None
        self._otlp_metrics = (
            open_otlp_metrics(self.metrics.registry) if settings.otel_metrics else None
        )
        self._shared_cache = open_shared_cache(settings, self.metrics.shared_cache)
        self._opener = opener
        self._models: ModelRegistry | None = None
        self._live: LiveModels | None = None
        self._rows = ModelMetrics(self.metrics, self.answers)
        self.show_keys()

    async def start(self) -> None:
        """Loads the models off the event loop. Raises StartupError when it must not serve."""
        watch = Watch(self._on_run, self._on_hook, self._shared_cache)
        try:
            await self.read_judgements(self.settings)
            models = await asyncio.to_thread(self._opener, self.settings, watch)
            self._models = models  # from here on there is something to stop
            self.experiments.begin(models)
        except StartupError:
            self.state = "failed"
            raise
        if self._shared_cache is not None:
            await self._shared_cache.start()
        self.loaded_at = int(time.time())
        self._show_cost(models.default.model.layout.workers)
        self._live = LiveModels(models, self.metrics, self._rows)
        if (idle_min := self.settings.idle_unload_min) is not None:
            self._live.unload_idle(idle_min * 60)
        if (cache := models.cache) is not None:
            self.metrics.cache_bytes.set_function(lambda: cache.bytes)
        if self.state == "starting":  # else a stop came first
            self.state = "ready"
            self.metrics.ready.set_function(lambda: self.not_ready is None)

    async def read_judgements(self, settings: Settings) -> None:
        """Reads the judgements of the settings, off the event loop. Raises JudgementsError, and
        keeps those in force."""
        judged, file = None, settings.judgements
        if file is not None:
            judged = await asyncio.to_thread(
                JudgedAnswers.open, file, settings.judgements_id, self.metrics.quality
            )
        self.answers.judged = judged

    def drain(self) -> None:
        """Not ready any more; requests are still answered."""
        self.state = "draining"

    async def stop(self) -> None:
        """Stops the workers."""
        if self._live is not None:
            self._live.stop()
        if self._models is not None:
            await asyncio.to_thread(self._models.close)
        if self._shared_cache is not None:
            await self._shared_cache.close()
        for telemetry in (self.tracing, self._otlp_metrics):
            if telemetry is not None:
                await asyncio.to_thread(telemetry.close)

    @property
    def models(self) -> ModelRegistry:
        """Raises NotReady while there are none."""
        if self._models is None:
            raise NotReady("the model is being loaded")
        return self._models

    @property
    def live_models(self) -> LiveModels:
        """The models while they serve and change. Raises NotReady while there are none."""
        if self._live is None:
            raise NotReady("the model is being loaded")
        return self._live

    @property
    def live(self) -> bool:
        """False when a run hangs: a restart is the only cure. A worker process that hangs is
        ended, so that its run never does."""
        if self._models is None or self.settings.isolation == "process":
            return True
        longest_run_s = self._models.default.scorer.load().longest_run_s
        return longest_run_s < self.settings.run_timeout_s

    @property
    def not_ready(self) -> str | None:
        """Why requests should go elsewhere now; None while they are welcome."""
        if self.state != "ready":
            return f"the service is {self.state}"
        missing = self.models.missing_workers
        if not missing:
            return None
        counts = ", ".join(f"{count} of {name}" for name, count in missing.items())
        return f"worker processes are being started again: {counts}"

    def take_quota(self, key: ApiKey, unit: Unit, amount: int = 1) -> None:
        """Counts what a request asks for against its key's quota. Raises QuotaExceeded."""
        if key is ANONYMOUS:
            return
        try:
            self.quotas.take(key, unit, amount)
        except QuotaExceeded:
            self.metrics.key_quota_exceeded.labels(key=key.name, unit=unit).inc()
            raise
        if unit == "documents":
            self.metrics.key_documents.labels(key=key.name).inc(amount)

    def show_keys(self) -> None:
        """The keys in force in the metrics; call it again when they have changed."""
        keys = self.keys.ring.keys
        self.quotas.keep(keys)
        self.metrics.key_expiry.clear()
        for key in keys:
            if key.expires is not None:
                self.metrics.key_expiry.labels(key=key.name).set(key.expires.timestamp())

    def show_certificate(self, expires: datetime | None) -> None:
        """The end of the certificate in force in the metrics; None for plain HTTP."""
        number = math.nan if expires is None else expires.timestamp()
        self.metrics.certificate_expiry.set(number)

    def _show_cost(self, workers: int) -> None:
        self.metrics.workers.set(workers)
        if (price := self.settings.price_per_hour) is None:
            return
        cost = self.answers.cost = Cost(price, workers)
        for basis in BASES:
            self.metrics.cost_of_queries.labels(basis).set_function(
                partial(cost.per_1000_queries, basis)
            )
            self.metrics.cost_of_pairs.labels(basis).set_function(
                partial(cost.per_million_pairs, basis)
            )

    def _on_run(self, report: RunReport) -> None:
        if self.tracing is not None:
            self.tracing.run(
                report.tags,
                report.seconds,
                {
                    "rerank.model": report.model,
                    "rerank.pairs": report.inputs,
                    "rerank.tokens": report.tokens,
                    "rerank.padded_tokens": report.padded_tokens,
                    "rerank.failed": report.failed,
                },
            )
        self._rows.on_run(report)

    def _on_hook(self, event: HookEvent) -> None:
        self.metrics.hook_calls.labels(hook=event.hook.name, outcome=event.outcome).inc()
        self.metrics.hook_duration.observe(event.seconds)
        if event.fault is not None:  # its type alone: a message may hold a document's text
            log.warning("hook", hook=str(event.hook), fault=type(event.fault).__name__)
