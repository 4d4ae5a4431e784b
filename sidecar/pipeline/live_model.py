"""A model while it serves: what answers with it, and how many requests it answers now."""

import time
from dataclasses import dataclass, field

from sidecar.pipeline.embed_pipeline import EmbedPipeline
from sidecar.pipeline.rerank_pipeline import RerankPipeline
from sidecar.pipeline.served_model import ServedModel
from sidecar.runtime.model_queue import ModelQueue
from sidecar.runtime.options import ModelSource
from sidecar.runtime.process_session import ProcessSession
from sidecar.runtime.running_graph import RunningGraph


@dataclass(eq=False)
class LiveModel:
    """A model that is loaded, proven and warm. The registry's lock guards what changes."""

    pipeline: RerankPipeline | EmbedPipeline
    queue: ModelQueue
    """Its session's, on the shared scheduler."""
    token_queue: ModelQueue | None
    """An encoder's second one, for the vectors of tokens, over the same session."""
    source: ModelSource
    file_bytes: int = 0
    """Of the graph and its weights, once for each process that loads them."""
    loaded_at: float = field(default_factory=time.time)
    """Seconds since 1970."""
    requests: int = 0
    """That it answers now."""
    used: float = field(default_factory=time.monotonic)
    """When it answered last, on the monotonic clock."""
    retired: bool = False
    """Whether it lost its name: it closes when its last request ends."""

    @property
    def model(self) -> ServedModel:
        return self.pipeline.model

    @property
    def reranker(self) -> RerankPipeline:
        """The pipeline of a model that is no encoder."""
        assert isinstance(self.pipeline, RerankPipeline), "the model is an encoder"
        return self.pipeline

    @property
    def encoder(self) -> EmbedPipeline:
        """The pipeline of a model that is one."""
        assert isinstance(self.pipeline, EmbedPipeline), "the model is a reranker"
        return self.pipeline

    @property
    def name(self) -> str:
        return self.model.name

    @property
    def running(self) -> RunningGraph:
        return self.model.running

    @property
    def processes(self) -> ProcessSession | None:
        """Its worker processes, if it has some."""
        session = self.queue.model.session
        return session if isinstance(session, ProcessSession) else None

    @property
    def missing_workers(self) -> int:
        """How many of its worker processes are being started again."""
        return 0 if self.processes is None else self.processes.missing


@dataclass(frozen=True, slots=True)
class SleepingModel:
    """A model that was unloaded because nobody asked for it, and is loaded again when somebody
    does."""

    name: str
    source: ModelSource
    running: RunningGraph
    """What must run again: its scores may not change in its sleep."""
