"""Where a request is prepared: in a thread, or at once if it is short and the model idle, one in
each round of the loop."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from sidecar.pipeline.ranking_config import RankingConfig
from sidecar.pipeline.rerank_pipeline import RerankPipeline
from sidecar.pipeline.served_model import ServedModel
from sidecar.request import Control, Document, RankRequest
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


def documents(texts: Sequence[str]) -> tuple[Document, ...]:
    return tuple(Document(text=text, size=len(text)) for text in texts)


def pipeline_over(
    scorer: Loaded, manifest: Manifest, tokenizer: PairTokenizer, threads: CountingThreads
) -> RerankPipeline:
    model = ServedModel("m", RunningGraph(manifest, "int8", "cpu"), tokenizer, Layout(1, 1, 0))
    return RerankPipeline(model, scorer, Admission(), RankingConfig(), threads, 60.0)


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
        (IDLE, ["red shoe " * 120], 1),
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
    pipeline = pipeline_over(Loaded(load), manifest, tokenizer, threads)
    result = asyncio.run(pipeline.rank(RankRequest("shoes", documents(texts))))
    assert len(result.ranked) == len(texts)
    assert threads.given == given


@pytest.mark.parametrize(
    "request_",
    [
        RankRequest("red shoes " * 11, documents(SHORT)),
        RankRequest("shoes", documents(SHORT), Control(instruction="Find shoes. " * 100)),
        RankRequest("shoes", (Document(text="red shoe", size=8, vector=[0.5] * 128),)),
        RankRequest("shoes", documents(SHORT), Control(profile="legal")),
    ],
    ids=["a long query", "a long instruction", "a vector", "a profile with signals"],
)
def test_what_takes_long_to_read_goes_to_a_thread(
    request_: RankRequest,
    manifest: Manifest,
    tokenizer: PairTokenizer,
    threads: CountingThreads,
) -> None:
    pipeline = pipeline_over(Loaded(IDLE), manifest, tokenizer, threads)
    asyncio.run(pipeline.rank(request_))
    assert threads.given == 1


def test_of_a_burst_one_request_is_prepared_at_once_though_the_model_stays_idle(
    manifest: Manifest, tokenizer: PairTokenizer, threads: CountingThreads
) -> None:
    pipeline = pipeline_over(Loaded(IDLE), manifest, tokenizer, threads)
    request = RankRequest("shoes", documents(SHORT))

    async def burst() -> None:
        await asyncio.gather(*(pipeline.rank(request) for _ in range(8)))

    async def bursts() -> None:
        await burst()
        assert threads.given == 7
        await pipeline.rank(request)
        assert threads.given == 7, "the next round has its own"

    asyncio.run(bursts())
