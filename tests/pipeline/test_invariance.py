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

from sidecar.pipeline.rerank_pipeline import RerankPipeline
from sidecar.request import Document, RankRequest
from tests.opened import open_models
from tests.pipeline.pairs import pairs
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
def pipeline(request: pytest.FixtureRequest) -> Iterator[RerankPipeline]:
    models = open_models(**LAYOUTS[request.param])
    yield models.default
    models.close()


def scores(pipeline: RerankPipeline, requests: list[tuple[str, list[str]]]) -> list[list[float]]:
    """Each request's scores, all of them submitted before any is awaited."""
    model = pipeline.model
    manifest = model.running.manifest
    futures = []
    for query, texts in requests:
        futures.append(pipeline.scorer.submit(pairs(model.tokenizer, query, texts), LATER))
    wait(futures)
    return [
        [manifest.calibration.score(float(logit)) for logit in future.result().outputs]
        for future in futures
    ]


@RUNS
@given(query=queries, text=documents, company=companies, other=st.tuples(queries, companies))
def test_alone_in_a_list_and_beside_other_requests(
    pipeline: RerankPipeline,
    query: str,
    text: str,
    company: list[str],
    other: tuple[str, list[str]],
) -> None:
    ((alone,),) = scores(pipeline, [(query, [text])])
    ((first, *_),) = scores(pipeline, [(query, [text, *company])])
    ((*_, last),) = scores(pipeline, [(query, [*company, text])])
    ((_, *_), (crowded, *_)) = scores(pipeline, [other, (query, [text, *company])])
    tolerance = pipeline.model.running.graph.tolerance
    assert tolerance <= 1e-4
    for score in (first, last, crowded):
        assert abs(score - alone) <= tolerance


@RUNS
@given(query=queries, texts=companies, seed=st.randoms(use_true_random=False))
def test_the_order_of_the_documents_changes_no_score(
    pipeline: RerankPipeline, query: str, texts: list[str], seed: object
) -> None:
    order = list(range(len(texts)))
    seed.shuffle(order)  # type: ignore[attr-defined]
    (given_order,) = scores(pipeline, [(query, texts)])
    (shuffled,) = scores(pipeline, [(query, [texts[at] for at in order])])
    tolerance = pipeline.model.running.graph.tolerance
    for place, at in enumerate(order):
        assert abs(shuffled[place] - given_order[at]) <= tolerance


def test_int8_in_the_cpu_layout_is_exact_to_the_bit() -> None:
    models = open_models(graph="int8")
    try:
        texts = [f"clause {n} on notice " * n for n in range(1, 30)]
        request = RankRequest("notice", tuple(Document(text=text) for text in texts))
        together = asyncio.run(models.default.rank(request))
        by_index = {item.index: item.logit for item in together.ranked}
        for at in (0, 13, 28):
            alone = asyncio.run(
                models.default.rank(RankRequest("notice", (request.documents[at],)))
            )
            assert alone.ranked[0].logit == by_index[at]
    finally:
        models.close()


def test_the_device_layout_does_share_runs() -> None:
    """Or the property above would say nothing of padding."""
    sizes: list[int] = []
    models = open_models(
        graph="float", token_budget=2048, on_run=lambda report: sizes.append(report.inputs)
    )
    try:
        documents = tuple(Document(text="word " * n) for n in range(5, 45))
        asyncio.run(models.default.rank(RankRequest("word", documents)))
    finally:
        models.close()
    assert max(sizes) > 10
