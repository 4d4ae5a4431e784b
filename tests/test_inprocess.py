"""`from sidecar import Reranker` on the shipped model, against the service on the same model."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from sidecar import Reranker, RerankError
from sidecar.errors import DeadlineExceeded, InvalidRequest, ModelError
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.http_client import post, scores

QUERY = "red running shoes"
DOCUMENTS: list[Any] = ["Plain sock", {"title": "Red running shoe", "price": 59.0}, "A red bag"]


@pytest.fixture(scope="module")
def reranker() -> Iterator[Reranker]:
    with Reranker.open() as opened:
        yield opened


def test_it_scores_as_the_service_does(reranker: Reranker, server: SidecarProcess) -> None:
    for options in ({}, {"profile": "ecommerce", "fields": {"title": 2}}, {"top_n": 1}):
        body = {"query": QUERY, "documents": DOCUMENTS, **options}
        served = scores(post(server, "/v2/rerank", body))
        result = reranker.rerank(QUERY, DOCUMENTS, **options)  # type: ignore[typeddict-item]
        assert [item.index for item in result.ranked] == list(served)
        found = [item.score for item in result.ranked]
        assert found == pytest.approx(list(served.values()), abs=1e-6)


def test_options_in_the_query_object_and_the_order_of_the_input(reranker: Reranker) -> None:
    query = {"query_text": QUERY, "profile": "ecommerce", "explain": True}
    result = reranker.rerank(query, DOCUMENTS, order="input")
    assert [item.index for item in result.ranked] == [0, 1, 2]
    assert [entry["index"] for entry in result.explanations] == [0, 1, 2]


def test_a_threshold_leaves_documents_out_and_counts_them(reranker: Reranker) -> None:
    best = reranker.rerank(QUERY, DOCUMENTS).ranked[0]
    result = reranker.rerank(QUERY, DOCUMENTS, min_score=best.score)
    assert result.ranked == (best,)
    assert result.below_min_score == 2
    assert reranker.rerank(QUERY, DOCUMENTS).below_min_score is None


async def test_it_can_be_awaited_and_called_within_an_event_loop(reranker: Reranker) -> None:
    awaited = await asyncio.gather(*(reranker.arerank(QUERY, DOCUMENTS) for _ in range(8)))
    waited = reranker.rerank(QUERY, DOCUMENTS)
    assert all(each.ranked == waited.ranked for each in awaited)


def test_threads_may_share_it(reranker: Reranker) -> None:
    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(lambda _: reranker.rerank(QUERY, DOCUMENTS), range(32)))
    assert len({result.ranked for result in results}) == 1


def test_no_documents_are_an_empty_result(reranker: Reranker) -> None:
    assert reranker.rerank(QUERY, []).ranked == ()


def test_faults_are_typed_and_say_where(reranker: Reranker) -> None:
    with pytest.raises(InvalidRequest, match=r"^\$\.documents\[1\]: "):
        reranker.rerank(QUERY, ["a", 3])  # type: ignore[list-item]
    with pytest.raises(RerankError, match="nobody"):
        reranker.rerank(QUERY, DOCUMENTS, profile="nobody")
    with pytest.raises(InvalidRequest, match=r"^\$\.fields\.title: "):
        reranker.rerank(QUERY, DOCUMENTS, fields={"title": -1})
    with pytest.raises(InvalidRequest, match=r"^\$\.documents\[0\]: .*JSON"):
        reranker.rerank(QUERY, [{"size": {1, 2}}])
    with pytest.raises(DeadlineExceeded):
        reranker.rerank(QUERY, ["many words " * 1000] * 300, deadline_ms=20)
    with pytest.raises(TypeError, match="there is no option topn"):
        reranker.rerank(QUERY, DOCUMENTS, topn=3)  # type: ignore[call-arg]


def test_an_odd_value_refuses_no_request(reranker: Reranker) -> None:
    odd: list[Any] = [
        {"title": "Red shoe \ud83d", "id": 10**30, "tags": ["\ude00", {"n": -(10**400)}]},
        "A red bag \ud83d",
        {"title": "Sock"},
    ]
    result = reranker.rerank("red shoes \ud83d", odd, profile="ecommerce", explain=True)
    assert len(result.ranked) == len(odd)
    with pytest.raises(InvalidRequest, match=r"documents\[0\]: .*what JSON cannot"):
        reranker.rerank(QUERY, [{"title": {1, 2}}])


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError):
        Reranker.open(str(tmp_path))


async def test_it_closes_twice_and_as_an_async_context_manager() -> None:
    async with Reranker.open() as opened:
        assert (await opened.arerank("q", ["a"])).ranked
    opened.close()


def test_closing_ends_a_call_that_waits() -> None:
    opened = Reranker.open()
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(opened.rerank, QUERY, ["many words " * 200] * 400)
        while not opened.registry.default.scorer.load().inputs:
            assert not waiting.done()
        opened.close()
        with pytest.raises(RerankError, match="stopped"):
            waiting.result(timeout=30)


def test_importing_sidecar_loads_nothing() -> None:
    code = "import sidecar, sys; print([m for m in ('numpy', 'pydantic') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    with pytest.raises(ImportError):
        exec("from sidecar import Nothing")
