"""A two-stage search makes the vector of its text by the sidecar's encoder; without one the query
searches alone, and the report says why."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from opensearchpy import OpenSearch

from es_integration import SyncSidecarClient
from es_integration.errors import SidecarAnswerInvalid, SidecarError
from es_integration.search import Knn, Rerank, two_stage_search
from tests.es_integration.search.first_stage_answers import answer, names

VECTOR = [0.6, -0.8]
RERANK = Rerank(fields=("title",), window=2)
QUERY = {"query": {"match": {"title": "shoe"}}}


def found() -> dict[str, Any]:
    hits = answer("ab")
    for hit in hits["hits"]["hits"]:
        hit["_source"] = {"title": hit["_id"]}
    return hits


def cluster(method: str, path: str, body: Any) -> tuple[int, Any]:
    return 200, {"responses": [found(), found()]} if path.endswith("_msearch") else found()


@pytest.fixture
def search_engine(recording_server: Callable[..., Any]) -> Any:
    return recording_server(cluster)


@pytest.fixture
def client(search_engine: Any) -> Iterator[OpenSearch]:
    with closing(OpenSearch(search_engine.url)) as client:
        yield client


def sidecar_of(embeds: tuple[int, Any]) -> Callable[..., tuple[int, Any]]:
    def respond(method: str, path: str, body: Any) -> tuple[int, Any]:
        if path == "/v1/embeddings":
            return embeds
        scores = [{"index": 1, "relevance_score": 0.9}, {"index": 0, "relevance_score": 0.1}]
        return 200, {"results": scores}

    return respond


GOOD = (200, {"data": [{"index": 0, "embedding": VECTOR}]})
REFUSED = (404, {"error": {"message": "no encoder is served here"}, "message": "no encoder here"})


def test_the_vector_is_the_sidecars(
    client: OpenSearch, search_engine: Any, recording_server: Callable[..., Any]
) -> None:
    server = recording_server(sidecar_of(GOOD))
    with SyncSidecarClient(server.url) as sidecar:
        page = two_stage_search(
            client, sidecar, "red shoe", index="i", knn=Knn("vector", model="e5"), rerank=RERANK
        )
    (asked,) = server.bodies("/v1/embeddings")
    assert asked == {"input": ["red shoe"], "input_type": "query", "truncate": True, "model": "e5"}
    (searched,) = search_engine.bodies("/i/_search")
    assert searched["query"] == {"knn": {"vector": {"vector": VECTOR, "k": 2}}}
    assert names(page) == "ba"
    assert page["rerank"] == {"reranked": True, "hits": 2}


def test_without_an_encoder_the_query_searches_alone(
    client: OpenSearch, search_engine: Any, recording_server: Callable[..., Any]
) -> None:
    server = recording_server(sidecar_of(REFUSED))
    with SyncSidecarClient(server.url) as sidecar:
        page = two_stage_search(
            client, sidecar, "shoe", index="i", body=QUERY, knn=Knn("vector"), rerank=RERANK
        )
    assert names(page) == "ba"
    assert page["rerank"]["reranked"]
    assert page["rerank"]["without_vector"] == "404: no encoder here"
    (searched,) = search_engine.bodies("/i/_search")
    assert searched["query"] == QUERY["query"]


def test_without_an_encoder_and_a_query_nothing_can_be_searched(
    client: OpenSearch, search_engine: Any, recording_server: Callable[..., Any]
) -> None:
    server = recording_server(sidecar_of(REFUSED))
    with SyncSidecarClient(server.url) as sidecar:
        with pytest.raises(SidecarError, match="no encoder here"):
            two_stage_search(client, sidecar, "q", index="i", knn=Knn("vector"), rerank=RERANK)
        with pytest.raises(ValueError, match="a blank text has no vector"):
            two_stage_search(client, sidecar, " ", index="i", knn=Knn("vector"), rerank=RERANK)
    assert not search_engine.requests


def test_a_blank_text_is_not_embedded(
    client: OpenSearch, recording_server: Callable[..., Any]
) -> None:
    server = recording_server(sidecar_of(GOOD))
    with SyncSidecarClient(server.url) as sidecar:
        page = two_stage_search(
            client, sidecar, " ", index="i", body=QUERY, knn=Knn("vector"), rerank=RERANK
        )
    assert not server.requests
    assert page["rerank"]["without_vector"] == "the text is empty"


@pytest.mark.parametrize(
    "body",
    [{}, {"data": []}, {"data": [{"index": 1, "embedding": VECTOR}]}, {"data": [{"index": 0}]}],
)
def test_an_answer_without_a_vector_for_each_text_is_refused(
    recording_server: Callable[..., Any], body: Any
) -> None:
    server = recording_server(sidecar_of((200, body)))
    with SyncSidecarClient(server.url) as sidecar, pytest.raises(SidecarAnswerInvalid):
        sidecar.embed(["a text"])
