"""An index is embedded while people search, on one device and a virtual clock: the searches hardly
notice it, and it gets all that they leave."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles

import numpy as np
import pytest

from sidecar.embedding import EmbedRequest
from sidecar.errors import Overloaded
from sidecar.pipeline.embed_pipeline import EmbedPipeline
from sidecar.pipeline.ranking_config import RankingConfig
from sidecar.pipeline.rerank_pipeline import RerankPipeline
from sidecar.pipeline.served_model import ServedModel
from sidecar.request import Document, Priority, RankRequest
from sidecar.runtime.admission import Admission
from sidecar.runtime.device_queues import DeviceQueues
from sidecar.runtime.families import FAMILIES, TOKEN_VECTORS, Family
from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.model_queue import ModelQueue, Run
from sidecar.runtime.model_session import ModelSession
from sidecar.runtime.runs import Layout
from sidecar.runtime.session import Batch, Tensors
from tests.simulation.virtual_time import Clock, VirtualLoop, VirtualThreads
from tests.tiny_encoders import tiny_encoder

SECONDS = 60.0
WORKERS = 2
TOKENS_PER_SECOND = 5_000.0
"""Of a worker."""
SEARCHES_PER_SECOND = 4.0
DOCUMENTS = 20
"""Of a search; it takes the device about 0.1 s, so that searches leave more than half of it."""
TEXTS = 32
"""Of a request that indexes; there are INDEXERS of them at any time."""
INDEXERS = 4
DEADLINE_S = 10.0
WORDS = "trail shoe rain grip sole red lace mesh foam heel".split()


class Constant:
    """A session whose numbers do not matter."""

    def run(self, batch: Batch) -> Tensors:
        return {
            "first": np.ones((len(batch.input_ids), 1), np.float32),
            "tokens": np.ones((*batch.input_ids.shape, 1), np.float32),
        }


class Device(DeviceQueues):
    """Workers that take virtual time, by the tokens of their runs."""

    def __init__(self, loop: VirtualLoop, clock: Clock) -> None:
        super().__init__(WORKERS, clock=clock)
        self._loop = loop
        self._idle = set(range(WORKERS))

    def step(self) -> bool:
        """Gives work to an idle worker; whether it took some."""
        for worker in self._idle:
            if (taken := self.take(worker)) is not None:
                self._idle.remove(worker)
                queue, run = taken
                tokens = sum(len(job.inputs[position]) for job, position in run)
                self._loop.call_later(tokens / TOKENS_PER_SECOND, self._end, worker, queue, run)
                return True
        return False

    def _end(self, worker: int, queue: ModelQueue, run: Run) -> None:
        queue.score(worker, run)
        self._idle.add(worker)


@dataclass
class Outcome:
    """What came of one run of the world."""

    search_s: list[float] = field(default_factory=list)
    texts: int = 0
    refused: int = 0
    busy_share: float = 0.0
    """Of the device's time that searches took."""

    @property
    def p95_s(self) -> float:
        return quantiles(self.search_s, n=20)[-1]


@dataclass
class World:
    """Searches, and requests that index, over the real pipelines and queues."""

    folder: Path
    indexers: int
    priority: Priority | None

    def run(self) -> Outcome:
        self.clock = Clock()
        self.loop = VirtualLoop(self.clock)
        self.device = Device(self.loop, self.clock)
        self.loop.set_on_idle(self.device.step)
        self.outcome = Outcome()
        threads = VirtualThreads(self.loop, lambda: 0.001)
        admission = Admission(self.clock)
        reranker, encoder = self._model(None), self._model(self.folder)
        self.reranker = RerankPipeline(
            *(reranker, self._queue(reranker, FAMILIES["cross-encoder"]), admission),
            *(RankingConfig(), threads, DEADLINE_S, self.clock),
        )
        self.encoder = EmbedPipeline(
            *(encoder, self._queue(encoder, FAMILIES["encoder"])),
            *(self._queue(encoder, TOKEN_VECTORS), admission, threads, DEADLINE_S, self.clock),
        )
        try:
            self.loop.run_until_complete(self._all())
        finally:
            self.loop.close()
        return self.outcome

    async def _all(self) -> None:
        rng = random.Random(7)
        times, at = [], 0.0
        while (at := at + rng.expovariate(SEARCHES_PER_SECOND)) < SECONDS:
            times.append(at)
        searches = [self._search(each, random.Random(each)) for each in times]
        indexing = [self._index(random.Random(number)) for number in range(self.indexers)]
        await asyncio.gather(*searches, *indexing)

    async def _search(self, at: float, rng: random.Random) -> None:
        await asyncio.sleep(at)
        documents = tuple(Document(text=text, size=len(text)) for text in texts(rng, DOCUMENTS))
        start = self.clock()
        result = await self.reranker.rank(RankRequest("red trail shoe", documents))
        self.outcome.search_s.append(self.clock() - start)
        self.outcome.busy_share += result.tokens / TOKENS_PER_SECOND / WORKERS / SECONDS

    async def _index(self, rng: random.Random) -> None:
        while self.clock() < SECONDS:
            request = EmbedRequest(tuple(texts(rng, TEXTS)), priority=self.priority)
            try:
                await self.encoder.embed(request)
            except Overloaded as refused:
                self.outcome.refused += 1
                await asyncio.sleep(refused.retry_after_s or 0.1)
            else:
                self.outcome.texts += TEXTS

    def _model(self, folder: Path | None) -> ServedModel:
        read = ModelFolder.read(folder)
        return ServedModel(
            read.running.manifest.name, read.running, read.tokenizer, Layout(WORKERS, 1, 0)
        )

    def _queue(self, model: ServedModel, family: Family) -> ModelQueue:
        padding, pad_id = model.running.manifest.padding, model.tokenizer.pad_id
        return self.device.add(
            ModelSession(model.name, Constant(), model.layout, padding, pad_id, family)
        )


def texts(rng: random.Random, count: int) -> list[str]:
    """Texts of some tens of tokens."""
    return [" ".join(rng.choices(WORDS, k=rng.randint(10, 50))) for _ in range(count)]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Outcome]:
    folder = tiny_encoder(tmp_path_factory.mktemp("models") / "encoder", max_tokens=512)
    return lambda indexers, priority=None: World(folder, indexers, priority).run()


def test_indexing_takes_what_searches_leave(world: Callable[..., Outcome]) -> None:
    alone = world(0)
    beside = world(INDEXERS)
    as_interactive = world(INDEXERS, "interactive")
    assert 0.2 < alone.busy_share < 0.6, "else the test says nothing"
    assert len(beside.search_s) == len(alone.search_s), "a search failed"
    assert beside.p95_s < 1.4 * alone.p95_s
    assert as_interactive.p95_s > 3 * alone.p95_s, "else they would not need a priority"
    mean_tokens = 150  # a byte is a token of the tiny encoder
    left = (1 - alone.busy_share) * WORKERS * TOKENS_PER_SECOND * SECONDS
    assert beside.texts * mean_tokens > 0.8 * left
    assert not beside.refused
