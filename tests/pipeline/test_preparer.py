"""Where a request is prepared: in a thread, or at once if it is short and the model idle."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from sidecar.pipeline.ranking_config import RankingConfig
from sidecar.pipeline.rerank_pipeline import RerankPipeline
from sidecar.pipeline.served_model import ServedModel
from sidecar.request import Document, RankRequest
from sidecar.runtime.admission import Admission
from sidecar.runtime.backlog import Backlog
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.running_graph import RunningGraph
from sidecar.runtime.runs import Layout
from sidecar.runtime.scorer import Load, Scored
from sidecar.runtime.session import ModelInput
from sidecar.runtime.tokenizer import PairTokenizer

IDLE = Load(0, 0, Backlog(), 0.0, 1000.0)
RUNNING = Load(1, 40, Backlog(), 0.0, 1000.0)
OTHER_MODEL_WAITED_FOR = Load(0, 0, Backlog.of(0.04), 0.0, 1000.0)
SHORT = ["red shoe", "blue shoe"]


class Loaded:
    """A scorer with a load, which answers at once."""

    def __init__(self, load: Load) -> None:
        self._load = load

    async def prefetch(self, inputs: Sequence[ModelInput]) -> None: ...

    def submit(self, inputs: Sequence[ModelInput], *args: Any, **options: Any) -> "Future[Scored]":
        future: Future[Scored] = Future()
        future.set_result(Scored(np.zeros(len(inputs), np.float32), 0.0, 0.0))
        return future

    @property
    def uncached(self) -> "Loaded":
        return self

    def load(self) -> Load:
        return self._load


class CountingThreads(ThreadPoolExecutor):
    """Counts what it is given to do."""

    given = 0

    def submit(self, *args: Any, **options: Any) -> "Future[Any]":
        self.given += 1
        return super().submit(*args, **options)


@pytest.fixture
def threads() -> Iterator[CountingThreads]:
    with CountingThreads(1) as pool:
        yield pool


@pytest.mark.parametrize(
    ("load", "texts", "given"),
    [
        (IDLE, SHORT, 0),
        (RUNNING, SHORT, 1),
        (OTHER_MODEL_WAITED_FOR, SHORT, 1),
        (IDLE, SHORT * 3, 1),
        (IDLE, ["red shoe " * 300], 1),
    ],
    ids=["idle", "a run under way", "another model's work", "many documents", "a long document"],
)
def test_a_short_request_that_the_model_waits_for_goes_to_no_thread(
    load: Load,
    texts: list[str],
    given: int,
    manifest: Manifest,
    tokenizer: PairTokenizer,
    threads: CountingThreads,
) -> None:
    model = ServedModel("m", RunningGraph(manifest, "int8", "cpu"), tokenizer, Layout(1, 1, 0))
    pipeline = RerankPipeline(model, Loaded(load), Admission(), RankingConfig(), threads, 60.0)
    documents = tuple(Document(text=text, size=len(text)) for text in texts)
    result = asyncio.run(pipeline.rank(RankRequest("shoes", documents)))
    assert len(result.ranked) == len(texts)
    assert threads.given == given


def test_of_a_burst_one_request_at_a_time_is_prepared_at_once(
    manifest: Manifest, tokenizer: PairTokenizer, threads: CountingThreads
) -> None:
    model = ServedModel("m", RunningGraph(manifest, "int8", "cpu"), tokenizer, Layout(1, 1, 0))

    class Busy(Loaded):
        """Busy from the first submission on."""

        def submit(
            self, inputs: Sequence[ModelInput], *args: Any, **options: Any
        ) -> "Future[Scored]":
            self._load = RUNNING
            return super().submit(inputs, *args, **options)

    pipeline = RerankPipeline(model, Busy(IDLE), Admission(), RankingConfig(), threads, 60.0)
    request = RankRequest("shoes", tuple(Document(text=text, size=len(text)) for text in SHORT))

    async def burst() -> None:
        await asyncio.gather(*(pipeline.rank(request) for _ in range(8)))

    asyncio.run(burst())
    assert threads.given == 7
