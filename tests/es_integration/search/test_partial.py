"""A search whose reranking stops at its deadline, or whose model fails: the report says so."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from opensearchpy import OpenSearch

from es_integration import SyncSidecarClient
from es_integration.search import Rerank, two_stage_search
from tests.es_integration.search.first_stage_answers import answer, names

SCORED_TWO = {
    "results": [
        {"index": 1, "relevance_score": 0.9},
        {"index": 0, "relevance_score": 0.2},
        {"index": 2, "relevance_score": 0.0003},
        {"index": 3, "relevance_score": 0.0002},
    ],
    "coverage": 0.5,
}
IN_TIME = Rerank(fields=("title",), window=4, on_deadline="partial", deadline_s=1.0)


@pytest.fixture
def client(recording_server: Callable[..., Any]) -> Iterator[OpenSearch]:
    found = answer("abcd")
    for hit in found["hits"]["hits"]:
        hit["_source"] = {"title": hit["_id"]}
    server = recording_server(lambda method, path, body: (200, found))
    with closing(OpenSearch(server.url)) as client:
        yield client


def test_the_report_has_the_share_that_was_scored(
    client: OpenSearch, recording_server: Callable[..., Any]
) -> None:
    sidecar = recording_server(lambda method, path, body: (200, SCORED_TWO))
    with SyncSidecarClient(sidecar.url) as sidecar_client:
        page = two_stage_search(client, sidecar_client, "q", index="i", rerank=IN_TIME)
    assert names(page) == "bacd"
    assert page["rerank"] == {"reranked": True, "hits": 4, "coverage": 0.5}
    (body,) = sidecar.bodies("/v2/rerank")
    assert body["on_deadline"] == "partial"
    told_ms = int(sidecar.request_headers[0]["X-Request-Deadline-Ms"])
    assert told_ms <= 900, "the answer comes at the deadline, and needs time for its way"


def test_a_search_of_which_nothing_was_scored_keeps_its_order_and_its_hits(
    client: OpenSearch, recording_server: Callable[..., Any]
) -> None:
    sidecar = recording_server(lambda method, path, body: (200, {**SCORED_TWO, "coverage": 0}))
    rerank = Rerank(fields=("title",), window=4, on_deadline="partial", min_score=0.5)
    with SyncSidecarClient(sidecar.url) as sidecar_client:
        page = two_stage_search(client, sidecar_client, "q", index="i", rerank=rerank)
    assert names(page) == "abcd"
    assert page["rerank"]["reranked"] is False
    assert "before the deadline" in page["rerank"]["reason"]


def test_a_search_that_does_not_ask_sends_no_key(
    client: OpenSearch, recording_server: Callable[..., Any]
) -> None:
    whole = {"results": SCORED_TWO["results"]}
    sidecar = recording_server(lambda method, path, body: (200, whole))
    rerank = Rerank(fields=("title",), window=4)
    with SyncSidecarClient(sidecar.url) as sidecar_client:
        page = two_stage_search(client, sidecar_client, "q", index="i", rerank=rerank)
    assert page["rerank"] == {"reranked": True, "hits": 4}
    (body,) = sidecar.bodies("/v2/rerank")
    assert "on_deadline" not in body


@pytest.mark.parametrize("by", ["lexical", "stand_in"])
def test_the_report_says_what_answered_for_a_model_that_failed(
    client: OpenSearch, recording_server: Callable[..., Any], by: str
) -> None:
    degraded = {"results": SCORED_TWO["results"], "degraded": {"by": by, "reason": "inference"}}
    sidecar = recording_server(lambda method, path, body: (200, degraded))
    rerank = Rerank(fields=("title",), window=4, on_failure="lexical")
    with SyncSidecarClient(sidecar.url) as sidecar_client:
        page = two_stage_search(client, sidecar_client, "q", index="i", rerank=rerank)
    assert names(page) == "bacd"
    assert page["rerank"] == {"reranked": True, "hits": 4, "degraded": by}
    (body,) = sidecar.bodies("/v2/rerank")
    assert body["on_failure"] == "lexical"


def test_an_answer_in_the_order_sent_is_no_reranking(
    client: OpenSearch, recording_server: Callable[..., Any]
) -> None:
    degraded = {
        "results": SCORED_TWO["results"],
        "degraded": {"by": "order", "reason": "inference"},
    }
    sidecar = recording_server(lambda method, path, body: (200, degraded))
    rerank = Rerank(fields=("title",), window=4)
    with SyncSidecarClient(sidecar.url) as sidecar_client:
        page = two_stage_search(client, sidecar_client, "q", index="i", rerank=rerank)
    assert names(page) == "abcd"
    assert page["rerank"] == {"reranked": False, "reason": "the model failed"}
