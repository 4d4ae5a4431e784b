"""The models of a process by name: one session each, one pool of workers for all of them.

source ─► model folder ─► session ─► a queue on the shared scheduler
                                     └► the shared cache of logits ─► RerankPipeline
"""

import os
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Self

from sidecar.errors import ModelError, RerankError, StartupError, UnknownModel
from sidecar.pipeline.ranking_config import RankingConfig
from sidecar.pipeline.rerank_pipeline import RerankPipeline
from sidecar.pipeline.served_model import ServedModel
from sidecar.runtime.admission import Admission
from sidecar.runtime.cached_scorer import CachedScorer
from sidecar.runtime.canonical import canonical_pairs
from sidecar.runtime.cores import available_cores
from sidecar.runtime.fair_shares import BATCH_SHARE
from sidecar.runtime.families import FAMILIES
from sidecar.runtime.jobs import RunReport
from sidecar.runtime.logit_cache import LogitCache
from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.model_queue import ModelQueue, ModelSession
from sidecar.runtime.options import ModelSource, RuntimeOptions
from sidecar.runtime.scheduler import Scheduler
from sidecar.runtime.scorer import Scorer
from sidecar.runtime.session import Session

START_LIMIT_S = 600.0
"""For the first run of all; a graph that never answers must not keep the start waiting."""
Observer = Callable[[RunReport], None]


class ModelRegistry:
    """Models that are loaded, proven and running. `open` one, `close` it after use."""

    def __init__(
        self,
        workers: int,
        *,
        deadline_s: float,
        config: RankingConfig | None = None,
        on_run: Observer = lambda report: None,
        cache_mb: int = 0,
        batch_share: float = BATCH_SHARE,
    ) -> None:
        """An empty registry. `workers` do the runs of all its models, `deadline_s` is the longest
        time for a request, `on_run` sees every run, `cache_mb` is for logits,
        `batch_share` of the device is for `batch` work while `interactive` work waits too.

        Raises StartupError for a cache that is larger than the machine's memory.
        """
        self.cache = _cache(cache_mb)
        self.config = config or RankingConfig()
        self._deadline_s = deadline_s
        self._on_run = on_run
        self._scheduler = Scheduler(workers, batch_share=batch_share)
        self._admission = Admission()
        self._threads = ThreadPoolExecutor(available_cores(), "tokenize")
        self._pipelines: dict[str, RerankPipeline] = {}

    @classmethod
    def open(
        cls,
        sources: Sequence[ModelSource] = (ModelSource(),),
        options: RuntimeOptions | None = None,
        *,
        deadline_s: float,
        config: RankingConfig | None = None,
        on_run: Observer = lambda report: None,
    ) -> Self:
        """The models of the sources, warm and proven; the first is the default.

        The default's layout decides how many workers there are and how many threads a run has.
        Raises ModelError, DeviceError or StartupError with the reason if one must not serve.
        """
        folders = [ModelFolder.read(source.folder, options) for source in sources]
        first = folders[0].layout()
        registry = cls(
            first.workers,
            deadline_s=deadline_s,
            config=config,
            on_run=on_run,
            cache_mb=(options or RuntimeOptions()).cache_mb,
            batch_share=(options or RuntimeOptions()).batch_share,
        )
        try:
            for source, folder in zip(sources, folders, strict=True):
                layout = first if folder is folders[0] else folder.layout()
                layout = replace(
                    layout, workers=first.workers, intra_op_threads=first.intra_op_threads
                )
                name = source.name or folder.running.manifest.name
                model = ServedModel(name, folder.running, folder.tokenizer, layout)
                registry.add(model, folder.session(layout), warm_up=True)
        except BaseException:
            registry.close()
            raise
        return registry

    def add(self, model: ServedModel, session: Session, *, warm_up: bool = False) -> RerankPipeline:
        """The pipeline of one more model. Raises StartupError if its name is taken, ModelError if
        its warm-up fails."""
        if model.name in self._pipelines:
            raise StartupError(f"two models are called {model.name}: give one NAME=FOLDER")
        manifest = model.running.manifest
        queue = self._scheduler.add(
            ModelSession(
                model.name,
                session,
                model.layout,
                manifest.padding,
                model.tokenizer.pad_id,
                FAMILIES[manifest.family],
                self._on_run,
            )
        )
        if warm_up:
            _warm_up(model, queue)
        scorer: Scorer = queue
        if self.cache is not None:
            scorer = CachedScorer(queue, self.cache, model.running.score_revision)
        pipeline = RerankPipeline(
            model, scorer, self._admission, self.config, self._threads, self._deadline_s
        )
        self._pipelines[model.name] = pipeline
        return pipeline

    @property
    def default(self) -> RerankPipeline:
        """The first model's."""
        return next(iter(self._pipelines.values()))

    @property
    def pipelines(self) -> tuple[RerankPipeline, ...]:
        """Of all models, the default first."""
        return tuple(self._pipelines.values())

    def pipeline(self, name: str | None, *, strict: bool = False) -> RerankPipeline:
        """The named model's, else the default's. Raises UnknownModel with `strict`, if a name is
        given that no model has."""
        pipeline = self._pipelines.get(name) if name is not None else self.default
        if pipeline is not None:
            return pipeline
        if strict:
            served = ", ".join(self._pipelines)
            raise UnknownModel(f"the model `{name}` is not served here, only {served}")
        return self.default

    @asynccontextmanager
    async def held(self, name: str) -> AsyncIterator[RerankPipeline | None]:
        """The named model's pipeline while it is used; None if no model has the name."""
        yield self._pipelines.get(name)

    def close(self) -> None:
        """Stops the workers; requests that still wait fail."""
        self._scheduler.close()
        self.config.hooks.close()
        self._threads.shutdown(cancel_futures=True)


def _cache(megabytes: int) -> LogitCache | None:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if megabytes * 2**20 > memory:
        raise StartupError(
            f"setting cache_mb: {megabytes} MB are more than the machine's {memory >> 20} MB"
        )
    return LogitCache(megabytes * 2**20) if megabytes else None


def _warm_up(model: ServedModel, queue: ModelQueue) -> None:
    """A run through the queue, as large as one may be: memory is taken, a rate is known.

    Raises ModelError if the graph fails.
    """
    pairs = canonical_pairs(model.running.manifest, model.tokenizer)
    times = max(1, model.layout.token_budget // sum(map(len, pairs)))
    job = queue.submit(pairs * times, time.monotonic() + START_LIMIT_S)
    try:
        job.result(START_LIMIT_S)
    except (RerankError, TimeoutError) as fault:
        raise ModelError(f"the graph does not run: {fault.__cause__ or fault}") from fault
