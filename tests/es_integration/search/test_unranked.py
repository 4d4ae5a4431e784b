"""Searches whose order is the caller's own: the sidecar is not asked, and the answer says why."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from opensearchpy import OpenSearch

from es_integration import SyncSidecarClient
from es_integration.search import Knn, Rerank, two_stage_search
from tests.es_integration.search.first_stage_answers import answer

RERANK = Rerank(fields=("title",))
BY_PRICE = {"query": {"match": {"title": "shoes"}}, "sort": [{"price": "asc"}]}


def first_stage(method: str, path: str, body: Any) -> tuple[int, Any]:
    return 200, answer("abc")


@pytest.fixture
def search_engine(recording_server: Callable[..., Any]) -> Any:
    return recording_server(first_stage)


@pytest.fixture
def client(search_engine: Any) -> Iterator[OpenSearch]:
    with closing(OpenSearch(search_engine.url)) as client:
        yield client


@pytest.fixture
def sidecar(recording_server: Callable[..., Any]) -> Iterator[SyncSidecarClient]:
    """A sidecar that must not be asked."""
    server = recording_server(lambda method, path, body: (500, {}))
    with SyncSidecarClient(server.url) as client:
        yield client
    assert server.requests == []


@pytest.mark.parametrize("more", [{}, {"from": 2, "size": 3}, {"search_after": [9.5]}])
def test_a_sorted_search_is_sent_as_it_is(
    client: OpenSearch, search_engine: Any, sidecar: SyncSidecarClient, more: dict[str, Any]
) -> None:
    body = {**BY_PRICE, **more}
    page = two_stage_search(client, sidecar, "shoes", index="shop", body=body, rerank=RERANK)
    assert search_engine.bodies("/shop/_search") == [body]
    reason = "the search has a `sort` of its own"
    assert page == {**answer("abc"), "rerank": {"reranked": False, "reason": reason}}


def test_a_sorted_search_with_vectors_lists_what_either_finds(
    client: OpenSearch, search_engine: Any, sidecar: SyncSidecarClient
) -> None:
    in_stock = {"term": {"in_stock": True}}
    two_stage_search(
        client,
        sidecar,
        "shoes",
        index="shop",
        body=BY_PRICE,
        knn=Knn("vector", [0.5]),
        filter=in_stock,
        rerank=RERANK,
    )
    (body,) = search_engine.bodies("/shop/_search")
    by_words = {"bool": {"must": [BY_PRICE["query"]], "filter": [in_stock]}}
    by_vector = {"knn": {"vector": {"vector": [0.5], "k": 50, "filter": in_stock}}}
    assert body == {**BY_PRICE, "query": {"bool": {"should": [by_words, by_vector]}}}


@pytest.mark.parametrize("text", ["", "  \t\n", "\u00a0\u3000", "\u200b\ufeff", "\x00"])
def test_a_text_of_which_nothing_can_be_seen_keeps_the_order(
    client: OpenSearch, sidecar: SyncSidecarClient, text: str
) -> None:
    page = two_stage_search(client, sidecar, text, index="shop", body={}, rerank=RERANK)
    assert page["hits"] == answer("abc")["hits"]
    assert page["rerank"] == {"reranked": False, "reason": "the text is empty"}
