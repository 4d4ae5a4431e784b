"""The models of a process by name.

A name leads to one model at a time. A request holds the model that it was given until it ends; a
model that loses its name ends with its last request. `model_changes` says which get a name.
"""

import os
import threading
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, asynccontextmanager, contextmanager
from typing import Self

from sidecar.errors import StartupError, UnknownModel
from sidecar.pipeline.embed_pipeline import EmbedPipeline
from sidecar.pipeline.live_model import LiveModel, SleepingModel
from sidecar.pipeline.model_names import Kind, Served, find, name_taken
from sidecar.pipeline.model_opener import ModelOpener
from sidecar.pipeline.model_sources import read_sources
from sidecar.pipeline.profile_calibrations import check_calibrations
from sidecar.pipeline.profile_encoders import check_encoders
from sidecar.pipeline.ranking_config import RankingConfig
from sidecar.pipeline.rerank_pipeline import RerankPipeline
from sidecar.pipeline.served_model import ServedModel
from sidecar.runtime.cores import available_cores
from sidecar.runtime.fair_shares import BATCH_SHARE
from sidecar.runtime.logit_cache import LogitCache, SharedCache
from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.model_session import Observer
from sidecar.runtime.options import ModelSource, RuntimeOptions
from sidecar.runtime.scheduler import Scheduler
from sidecar.runtime.session import Session
from sidecar.runtime.thread_priority import give_way


class ModelRegistry:
    """Models that are loaded, proven and running. `open` one, `close` it after use. Thread-safe."""

    def __init__(
        self,
        workers: int,
        *,
        deadline_s: float,
        config: RankingConfig | None = None,
        on_run: Observer = lambda report: None,
        cache_mb: int = 0,
        batch_share: float = BATCH_SHARE,
        options: RuntimeOptions | None = None,
        memory_mb: int | None = None,
        worker_nice: int = 0,
        shared_cache: SharedCache | None = None,
    ) -> None:
        """An empty registry. `workers` do the runs of all its models, `deadline_s` is the longest
        time for a request, `on_run` sees every run, `cache_mb` is for logits, `options` say how
        models are opened, `memory_mb` is the most that their graphs and weights may take,
        `batch_share` of the device is for `batch` work while `interactive` work waits too. The
        threads and processes that score and tokenise are nicer than others by `worker_nice`.
        `shared_cache` is what replicas share; whoever opened it closes it.

        Raises StartupError for a cache that is larger than the machine's memory.
        """
        self.cache = _cache(cache_mb)
        self.config = config or RankingConfig()
        self._scheduler = Scheduler(workers, batch_share=batch_share, nice=worker_nice)
        self._threads = ThreadPoolExecutor(
            available_cores(), "tokenize", initializer=give_way, initargs=(worker_nice,)
        )
        self.opener = ModelOpener(
            self._scheduler,
            self.config,
            self.cache,
            self._threads,
            deadline_s,
            on_run,
            options or RuntimeOptions(),
            memory_mb,
            shared_cache=shared_cache,
            worker_nice=worker_nice,
            hold_encoder=self.hold_encoder,
        )
        self._served: dict[str, Served] = {}
        """The default first. Exchanged whole, and never altered once requests come."""
        self._lock = threading.Lock()
        self._closed = False

    @classmethod
    def open(
        cls,
        sources: Sequence[ModelSource] = (ModelSource(),),
        options: RuntimeOptions | None = None,
        *,
        deadline_s: float,
        config: RankingConfig | None = None,
        on_run: Observer = lambda report: None,
        memory_mb: int | None = None,
        worker_nice: int = 0,
        shared_cache: SharedCache | None = None,
        lazy: bool = False,
    ) -> Self:
        """The models of the sources, warm and proven; the first reranker is the default. If `lazy`,
        the other rerankers but the stand-in sleep until they are asked.

        The default's layout decides how many workers there are and how many threads a run has.
        Raises ModelError, DeviceError or StartupError with the reason if one must not serve.
        """
        options = options or RuntimeOptions()
        folders = read_sources(sources, options)
        layout = next(iter(folders.values()))[1].layout()
        registry = cls(
            layout.workers,
            deadline_s=deadline_s,
            config=config,
            on_run=on_run,
            cache_mb=options.cache_mb,
            options=options,
            memory_mb=memory_mb,
            worker_nice=worker_nice,
            shared_cache=shared_cache,
            batch_share=options.batch_share,
        )
        registry.opener.layout = layout
        try:
            for name, (source, folder) in folders.items():
                if lazy and registry._served and registry._may_sleep(name, folder):
                    again = ModelSource(source.folder, name)
                    registry._served[name] = SleepingModel(name, again, folder.running)
                else:
                    registry._served[name] = registry.opener.open(source, folder)
            registry.check_profiles(registry._served)
        except BaseException:
            registry.close()
            raise
        return registry

    def _may_sleep(self, name: str, folder: ModelFolder) -> bool:
        return name != self.config.stand_in and not folder.running.manifest.is_encoder

    def add(self, model: ServedModel, session: Session, *, warm_up: bool = False) -> RerankPipeline:
        """The pipeline of one more reranker whose session is open. Raises StartupError if its name
        is taken, ModelError if its warm-up fails."""
        if model.name in self._served:
            raise name_taken(model.name)
        live = self.opener.serve(model, session, ModelSource(name=model.name), warm_up=warm_up)
        self._served[model.name] = live
        return live.reranker

    @property
    def default(self) -> RerankPipeline:
        """The first model's."""
        return self.live[0].reranker

    @property
    def pipelines(self) -> tuple[RerankPipeline | EmbedPipeline, ...]:
        """Of all models that are loaded, the default first."""
        return tuple(live.pipeline for live in self.live)

    @property
    def live(self) -> tuple[LiveModel, ...]:
        """The models that are loaded, the default first: it never sleeps."""
        return tuple(each for each in self.served.values() if isinstance(each, LiveModel))

    @property
    def served(self) -> Mapping[str, Served]:
        """The models that requests may name, the default first."""
        return self._served

    @property
    def missing_workers(self) -> Mapping[str, int]:
        """Model -> how many of its worker processes are being started again. Without the models
        that lack none."""
        missing = {live.name: live.missing_workers for live in self.live}
        return {name: count for name, count in missing.items() if count}

    def find(self, name: str | None, *, strict: bool = False, kind: Kind | None = None) -> Served:
        """The named model, else the first of the kind, else the default. Raises WrongModel for a
        model of another kind, UnknownModel with `strict`, if a name is given that no model has."""
        with self._lock:
            return find(self._served, name, kind, strict=strict)

    @contextmanager
    def hold_model(self, name: str | None, kind: Kind, *, strict: bool = False) -> Iterator[Served]:
        """The model that `find` gives. One that is loaded is not closed until the end."""
        with self._lock:
            live = find(self._served, name, kind, strict=strict)
            if isinstance(live, LiveModel):
                live.requests += 1
        if not isinstance(live, LiveModel):
            yield live
            return
        try:
            yield live
        finally:
            with self._lock:
                live.requests -= 1
                live.used = time.monotonic()
                last = live.retired and not live.requests
            if last:
                self.close_later([live])

    @contextmanager
    def hold(self, name: str | None, *, strict: bool = False) -> Iterator[RerankPipeline | None]:
        """The pipeline of the reranker that `hold_model` gives; None for one that sleeps."""
        with self.hold_model(name, "reranker", strict=strict) as model:
            yield model.reranker if isinstance(model, LiveModel) else None

    @asynccontextmanager
    async def held(self, name: str) -> AsyncIterator[RerankPipeline | None]:
        """The named model's pipeline while it is used; None if no model has the name."""
        with ExitStack() as stack:
            try:
                pipeline = stack.enter_context(self.hold(name, strict=True))
            except UnknownModel:
                pipeline = None
            yield pipeline

    def exchange(self, served: Mapping[str, Served]) -> None:
        """Gives all names anew in one step, the default's first. Models that lost theirs are closed
        when their last request ends.

        Raises StartupError, and closes the new ones, if the registry is closed.
        """
        with self._lock:
            closed = self._closed
            losing, keeping = (served, self._served) if closed else (self._served, served)
            lost = [each for each in losing.values() if each not in keeping.values()]
            unused = [live for live in lost if isinstance(live, LiveModel) and not live.requests]
            for live in lost:
                if isinstance(live, LiveModel):
                    live.retired = True
            if not closed:
                self._served = dict(served)
        self.close_later(unused)
        if closed:
            raise StartupError("the service is stopping")

    @contextmanager
    def hold_encoder(self, name: str | None) -> Iterator[EmbedPipeline]:
        """The named encoder's pipeline while it is used, of the only one for None. Raises
        UnknownModel or WrongModel where there is none; those that profiles need never sleep."""
        with self.hold_model(name, "encoder", strict=True) as model:
            if not isinstance(model, LiveModel):
                raise UnknownModel(f"the encoder `{model.name}` is not loaded")
            yield model.encoder

    def check_profiles(self, served: Mapping[str, Served]) -> None:
        """Raises ProfileError if a profile is calibrated for none of the models, or compares
        vectors of an encoder that is not among them."""
        revisions = dict.fromkeys(each.running.score_revision for each in served.values())
        check_calibrations(self.config.profiles, revisions)
        check_encoders(self.config.profiles, served)

    def close_later(self, models: Iterable[LiveModel]) -> None:
        """Closes models that nobody asks any more, in a thread: their runs end first."""
        for live in models:
            threading.Thread(
                target=self.opener.close, args=(live,), name="close-model", daemon=True
            ).start()

    def close(self) -> None:
        """Stops the workers; requests that still wait fail."""
        with self._lock:
            self._closed = True
        self._scheduler.close()
        self.opener.close_all()
        self.config.hooks.close()
        self._threads.shutdown(cancel_futures=True)


def _cache(megabytes: int) -> LogitCache | None:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if megabytes * 2**20 > memory:
        raise StartupError(
            f"setting cache_mb: {megabytes} MB are more than the machine's {memory >> 20} MB"
        )
    return LogitCache(megabytes * 2**20) if megabytes else None
