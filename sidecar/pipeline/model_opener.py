"""From a model folder to a model that may take a name.

source ─► model folder ─► session ─► a queue on the shared scheduler
                                     ├► the shared cache of logits ─► RerankPipeline
                                     └► of an encoder                ─► EmbedPipeline
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace

from sidecar.errors import ModelError, RerankError, StartupError
from sidecar.pipeline.embed_pipeline import EmbedPipeline
from sidecar.pipeline.encoded_cosines import HoldEncoder, no_encoder
from sidecar.pipeline.live_model import LiveModel
from sidecar.pipeline.ranking_config import RankingConfig
from sidecar.pipeline.rerank_pipeline import RerankPipeline
from sidecar.pipeline.served_model import ServedModel
from sidecar.runtime.admission import Admission
from sidecar.runtime.cached_scorer import CachedScorer
from sidecar.runtime.canonical import canonical_pairs
from sidecar.runtime.families import FAMILIES, TOKEN_VECTORS, Family
from sidecar.runtime.logit_cache import LogitCache, SharedCache
from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.model_queue import ModelQueue
from sidecar.runtime.model_session import ModelSession, Observer
from sidecar.runtime.options import ModelSource, RuntimeOptions
from sidecar.runtime.runs import Layout
from sidecar.runtime.scheduler import Scheduler
from sidecar.runtime.scorer import Scorer
from sidecar.runtime.session import Session, close_session

START_LIMIT_S = 600.0
"""For the first run of all; a graph that never answers must not keep the start waiting."""
MOST_PROVEN = 256
"""Whose digests are kept."""


@dataclass(eq=False)
class ModelOpener:
    """What all models of a process share, and opens them with. Thread-safe."""

    scheduler: Scheduler
    config: RankingConfig
    cache: LogitCache | None
    threads: Executor
    """For tokenising."""
    deadline_s: float
    on_run: Observer
    options: RuntimeOptions
    memory_mb: int | None = None
    """Most megabytes of graphs and weights that may be loaded at a time; None: any number."""
    layout: Layout | None = None
    """The default model's. The workers are those that it asks for, so others take its numbers."""
    hold_encoder: HoldEncoder = no_encoder
    """For profiles that want vectors."""
    on_close: Callable[[LiveModel], None] = lambda live: None
    """Called in a thread, when a model has ended."""
    shared_cache: SharedCache | None = None
    """What replicas share behind `cache`."""
    worker_nice: int = 0
    """How far worker processes give way to the service."""
    _admission: Admission = field(default_factory=Admission)
    _loaded: set[LiveModel] = field(default_factory=set)
    _proven: deque[str] = field(default_factory=lambda: deque(maxlen=MOST_PROVEN))
    """What `open` opened, by `ModelFolder.content`."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def open(
        self, source: ModelSource, folder: ModelFolder | None = None, *, apart: bool = False
    ) -> LiveModel:
        """The source's model, proven and warm; `folder` is the source's, if it was read already.

        With `apart` it is first opened and proven in a process of its own, as a model that comes to
        others should be. Content that was opened here before needs no such trial.

        Raises ModelError, DeviceError or StartupError with the reason if it must not serve.
        """
        folder = folder or ModelFolder.read(source.folder, self.options)
        layout = folder.layout()
        if self.layout is not None:
            workers, threads = self.layout.workers, self.layout.intra_op_threads
            layout = replace(layout, workers=workers, intra_op_threads=threads)
        processes = layout.workers if self.options.isolation == "process" else 1
        file_bytes = folder.file_bytes * processes
        self._check_memory(file_bytes)
        content = folder.content(layout)
        with self._lock:
            known = content in self._proven
        if apart and not known:
            folder.try_apart(layout, self.worker_nice)
        name = source.name or folder.running.manifest.name
        model = ServedModel(name, folder.running, folder.tokenizer, layout)
        session = folder.session(layout, self.worker_nice, name)
        live = self.serve(model, session, source, file_bytes=file_bytes, warm_up=True)
        if not known:
            with self._lock:
                self._proven.append(content)
        return live

    def serve(
        self,
        model: ServedModel,
        session: Session,
        source: ModelSource,
        *,
        file_bytes: int = 0,
        warm_up: bool = False,
    ) -> LiveModel:
        """A session that is open, with its queue and its pipeline. Raises ModelError, and closes
        the session, if its warm-up fails."""
        queue = self._queue(model, session, FAMILIES[model.running.manifest.family])
        live = (
            self._encoder(model, session, queue, source, file_bytes)
            if model.running.manifest.is_encoder
            else self._reranker(model, queue, source, file_bytes)
        )
        with self._lock:
            self._loaded.add(live)
        if warm_up:
            try:
                _warm_up(model, queue)
            except BaseException:
                self.close(live)
                raise
        return live

    def _reranker(
        self, model: ServedModel, queue: ModelQueue, source: ModelSource, file_bytes: int
    ) -> LiveModel:
        scorer: Scorer = queue
        if self.cache is not None:
            revision = model.running.score_revision
            scorer = CachedScorer(queue, self.cache, revision, shared=self.shared_cache)
        pipeline = RerankPipeline(
            model,
            scorer,
            self._admission,
            self.config,
            self.threads,
            self.deadline_s,
            hold_encoder=self.hold_encoder,
        )
        return LiveModel(pipeline, queue, None, source, file_bytes)

    def _encoder(
        self,
        model: ServedModel,
        session: Session,
        queue: ModelQueue,
        source: ModelSource,
        file_bytes: int,
    ) -> LiveModel:
        """Its cache is for the texts of searches: those to index seldom come twice."""
        cached: Scorer = queue
        if self.cache is not None:
            cached = CachedScorer(queue, self.cache, model.running.score_revision)
        token_queue = self._queue(model, session, TOKEN_VECTORS)
        pipeline = EmbedPipeline(
            model,
            queue,
            token_queue,
            self._admission,
            self.threads,
            self.deadline_s,
            cached_scorer=cached,
        )
        return LiveModel(pipeline, queue, token_queue, source, file_bytes)

    def _queue(self, model: ServedModel, session: Session, family: Family) -> ModelQueue:
        return self.scheduler.add(
            ModelSession(
                model.name,
                session,
                model.layout,
                model.running.manifest.padding,
                model.tokenizer.pad_id,
                family,
                self.on_run,
            )
        )

    def close(self, live: LiveModel) -> None:
        """Ends a model that nothing asks any more: waits for its runs, and frees its memory."""
        session = live.queue.model.session
        if live.token_queue is not None:
            self.scheduler.remove(live.token_queue)
        self.scheduler.remove(live.queue)
        close_session(session)
        with self._lock:
            self._loaded.discard(live)
        self.on_close(live)

    def close_all(self) -> None:
        """Ends the sessions of all models; the scheduler's workers have stopped."""
        with self._lock:
            loaded, self._loaded = self._loaded, set()
        for live in loaded:
            close_session(live.queue.model.session)

    def _check_memory(self, file_bytes: int) -> None:
        """Raises StartupError if so many bytes more would exceed `memory_mb`."""
        if self.memory_mb is None:
            return
        with self._lock:
            loaded = sum(live.file_bytes for live in self._loaded)
        if loaded + file_bytes > self.memory_mb * 2**20:
            raise StartupError(
                f"the model needs {_mb(file_bytes)} MB beside the {_mb(loaded)} MB that are "
                f"loaded, more than model_memory_mb allows ({self.memory_mb}): unload a model "
                "first, or raise the setting"
            )


def _mb(size: int) -> int:
    """Whole megabytes, rounded up."""
    return -(-size // 2**20)


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
