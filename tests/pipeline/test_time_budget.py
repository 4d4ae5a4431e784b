"""Long documents lose windows when time is short, the least important first, and say so."""

import asyncio
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from sidecar.contracts.extras import warnings
from sidecar.pipeline.fit import Fit
from sidecar.pipeline.passage_pairs import PassagePairs
from sidecar.pipeline.ranking_config import RankingConfig
from sidecar.pipeline.rerank_pipeline import RerankPipeline
from sidecar.pipeline.served_model import ServedModel
from sidecar.pipeline.time_budget import within_time
from sidecar.profile import PLAIN
from sidecar.request import Control, Document, RankRequest, RankResult
from sidecar.runtime.admission import Admission
from sidecar.runtime.backlog import Backlog, WaitingWork
from sidecar.runtime.flows import ANYONE
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.running_graph import RunningGraph
from sidecar.runtime.runs import Layout
from sidecar.runtime.scorer import Load, Scored
from sidecar.runtime.session import ModelInput
from sidecar.runtime.tokenizer import PairTokenizer
from tests.pipeline.pairs import passage_pairs

LONG = "The lessee pays interest on a deposit that is late. " * 10 + "Keys are handed over. " * 400
SHORT = "A short clause."


@pytest.fixture(scope="module")
def pairs(tokenizer: PairTokenizer) -> PassagePairs:
    return passage_pairs(tokenizer, "interest", [LONG, SHORT, LONG], Fit(long=PLAIN.long))


def load(wait_s: float = 0.0, rate: float | None = 1000.0) -> Load:
    return Load(0, 0, Backlog.of(wait_s), 0.0, rate)


def tokens(pairs: PassagePairs) -> int:
    return sum(len(pair.input) for pair in pairs.pairs)


def windows_of(pairs: PassagePairs, document: int) -> list[int]:
    return [pair.window_rank for pair in pairs.pairs if pair.document == document]


def test_what_suffices_is_untouched(pairs: PassagePairs) -> None:
    seconds = tokens(pairs) / 1000
    assert within_time(pairs, load(), seconds) is pairs
    assert within_time(pairs, load(rate=None), 0.001) is pairs
    assert within_time(pairs, load(wait_s=1.0), seconds + 1.0) is pairs


@pytest.mark.parametrize("share", [0.9, 0.5, 0.3])
def test_the_least_important_windows_go_first(pairs: PassagePairs, share: float) -> None:
    left_s = share * tokens(pairs) / 1000
    shorter = within_time(pairs, load(), left_s)
    assert tokens(shorter) <= 0.8 * left_s * 1000
    assert shorter.shortened == (0, 2)
    assert set(shorter.truncated) >= {0, 2}
    assert windows_of(shorter, 1) == windows_of(pairs, 1)
    for document in (0, 2):
        kept = windows_of(shorter, document)
        assert sorted(kept) == list(range(len(kept)))
        starts = [p.evidence.start for p in shorter.pairs if p.document == document and p.evidence]
        assert starts == sorted(starts), "windows stay in the order of the text"


def test_work_ahead_counts(pairs: PassagePairs) -> None:
    seconds = tokens(pairs) / 1000
    assert tokens(within_time(pairs, load(wait_s=1.0), seconds)) < tokens(pairs)


def test_work_that_is_due_later_does_not_count(pairs: PassagePairs) -> None:
    seconds = tokens(pairs) / 1000
    waiting = Load(0, 0, Backlog({ANYONE: [WaitingWork(60.0, due_s=2.0)]}), 0.0, 1000.0)
    assert within_time(pairs, waiting, seconds, ANYONE, 1.0) is pairs
    assert tokens(within_time(pairs, waiting, seconds, ANYONE, 3.0)) < tokens(pairs)


def test_every_document_keeps_a_window(pairs: PassagePairs) -> None:
    shorter = within_time(pairs, load(wait_s=60.0), 0.001)
    assert [windows_of(shorter, document) for document in range(3)] == [[0], [0], [0]]


class Simulated:
    """A scorer of 1,000 tokens a second by its load; it answers everything at once."""

    def __init__(self) -> None:
        self.submitted: list[int] = []
        self.due: list[float] = []

    async def prefetch(self, inputs: Sequence[ModelInput]) -> None: ...

    def submit(self, inputs: Sequence[ModelInput], *args: Any, **options: Any) -> "Future[Scored]":
        self.submitted.append(len(inputs))
        self.due.append(options["due"])
        future: Future[Scored] = Future()
        future.set_result(Scored(np.zeros(len(inputs), np.float32), 0.0, 0.0))
        return future

    @property
    def uncached(self) -> "Simulated":
        return self

    def load(self) -> Load:
        return load()


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as pool:
        yield pool


def test_a_request_is_answered_coarser_and_says_so(
    manifest: Manifest, tokenizer: PairTokenizer, threads: ThreadPoolExecutor
) -> None:
    running = RunningGraph(manifest, "int8", "cpu")
    model = ServedModel("m", running, tokenizer, Layout(1, 1, 0))
    scorer = Simulated()
    pipeline = RerankPipeline(model, scorer, Admission(), RankingConfig(), threads, 60.0)
    start = pipeline.clock()

    def rank(deadline_s: float, explain: bool = False) -> RankResult:
        documents = tuple(Document(text=text, size=len(text)) for text in (LONG, SHORT))
        control = Control(deadline_s=deadline_s, explain=explain)
        return asyncio.run(pipeline.rank(RankRequest("interest", documents, control)))

    whole, coarser = rank(60.0), rank(1.0)
    assert whole.shortened == ()
    assert coarser.shortened == (0,)
    assert scorer.submitted[1] < scorer.submitted[0]
    assert start < scorer.due[1] <= pipeline.clock() + 0.6, "as admission said, by its deadline"
    assert "fewer windows to meet the deadline: 0" in " ".join(warnings(coarser))
    entries = {entry["index"]: entry for entry in rank(1.0, explain=True).explanations}
    assert (entries[0]["truncated"], entries[1]["truncated"]) == (True, False)
