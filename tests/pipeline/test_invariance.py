"""A pair's score is the same alone and in any company: the shipped model, both layouts.

The queue, the workers and the batching are real; company comes as other documents of the request
and as other requests at the same time. 1e-4 after the sigmoid is the manifest's promise.
"""

import asyncio
from collections.abc import Iterator
from concurrent.futures import wait

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sidecar.pipeline import Reranker
from sidecar.request import Document, RankRequest
from sidecar.runtime.scheduler import Scheduler
from tests.runtime.pairs import pairs
from tests.runtime.texts import companies, documents, queries

RUNS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
LAYOUTS = {
    "int8, a pair per run": {"graph": "int8"},
    "float, padded runs": {"graph": "float", "token_budget": 2048},
}
LATER = float("inf")


@pytest.fixture(scope="module", params=LAYOUTS)
def reranker(request: pytest.FixtureRequest) -> Iterator[Reranker]:
    reranker = Reranker.open(**LAYOUTS[request.param])
    yield reranker
    reranker.close()


def scores(
    scheduler: Scheduler, reranker: Reranker, requests: list[tuple[str, list[str]]]
) -> list[list[float]]:
    """Each request's scores, all of them submitted before any is awaited."""
    manifest = reranker.loaded.manifest
    futures = []
    for query, texts in requests:
        futures.append(scheduler.submit(pairs(reranker.tokenizer, query, texts), LATER))
    wait(futures)
    return [
        [manifest.calibration.score(float(logit)) for logit in future.result().logits]
        for future in futures
    ]


@RUNS
@given(query=queries, text=documents, company=companies, other=st.tuples(queries, companies))
def test_alone_in_a_list_and_beside_other_requests(
    reranker: Reranker, query: str, text: str, company: list[str], other: tuple[str, list[str]]
) -> None:
    queue = reranker.scheduler
    ((alone,),) = scores(queue, reranker, [(query, [text])])
    ((first, *_),) = scores(queue, reranker, [(query, [text, *company])])
    ((*_, last),) = scores(queue, reranker, [(query, [*company, text])])
    ((_, *_), (crowded, *_)) = scores(queue, reranker, [other, (query, [text, *company])])
    tolerance = reranker.loaded.manifest.graphs[reranker.loaded.graph].tolerance
    assert tolerance <= 1e-4
    for score in (first, last, crowded):
        assert abs(score - alone) <= tolerance


@RUNS
@given(query=queries, texts=companies, seed=st.randoms(use_true_random=False))
def test_the_order_of_the_documents_changes_no_score(
    reranker: Reranker, query: str, texts: list[str], seed: object
) -> None:
    order = list(range(len(texts)))
    seed.shuffle(order)  # type: ignore[attr-defined]
    (given_order,) = scores(reranker.scheduler, reranker, [(query, texts)])
    (shuffled,) = scores(reranker.scheduler, reranker, [(query, [texts[at] for at in order])])
    tolerance = reranker.loaded.manifest.graphs[reranker.loaded.graph].tolerance
    for place, at in enumerate(order):
        assert abs(shuffled[place] - given_order[at]) <= tolerance


def test_int8_in_the_cpu_layout_is_exact_to_the_bit() -> None:
    reranker = Reranker.open(graph="int8")
    try:
        texts = [f"clause {n} on notice " * n for n in range(1, 30)]
        request = RankRequest("notice", tuple(Document(text=text) for text in texts))
        together = asyncio.run(reranker.rank(request))
        by_index = {item.index: item.logit for item in together.ranked}
        for at in (0, 13, 28):
            alone = asyncio.run(reranker.rank(RankRequest("notice", (request.documents[at],))))
            assert alone.ranked[0].logit == by_index[at]
    finally:
        reranker.close()


def test_the_device_layout_does_share_runs() -> None:
    """Or the property above would say nothing of padding."""
    sizes: list[int] = []
    reranker = Reranker.open(
        graph="float", token_budget=2048, on_run=lambda report: sizes.append(report.pairs)
    )
    try:
        documents = tuple(Document(text="word " * n) for n in range(5, 45))
        asyncio.run(reranker.rank(RankRequest("word", documents)))
    finally:
        reranker.close()
    assert max(sizes) > 10
