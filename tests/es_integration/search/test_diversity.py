"""A search with `diversify`: the sidecar gets the vectors, and the application need not."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from opensearchpy import OpenSearch

from es_integration import SyncSidecarClient
from es_integration.search import Rerank, two_stage_search
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.search.first_stage_answers import names

SHOES: dict[str, tuple[str, list[float]]] = {
    "a": ("Red running shoe", [1.0, 0.0]),
    "b": ("Red running shoes", [1.0, 0.01]),
    "c": ("Running shoe in red", [0.0, 1.0]),
}


@pytest.fixture
def client(recording_server: Callable[..., Any]) -> Iterator[OpenSearch]:
    hits = [
        {"_index": "i", "_id": name, "_score": 1.0, "_source": {"title": title, "v": vector}}
        for name, (title, vector) in SHOES.items()
    ]
    total = {"value": 3, "relation": "eq"}
    found = {"took": 1, "hits": {"max_score": 1.0, "total": total, "hits": hits}}
    server = recording_server(lambda method, path, body: (200, found))
    with closing(OpenSearch(server.url)) as client:
        yield client


def search(client: OpenSearch, sidecar: SyncSidecarClient, **options: Any) -> dict[str, Any]:
    rerank = Rerank(fields=("title",), **options)
    body = {"_source": ["title"]}
    return two_stage_search(
        client, sidecar, "red running shoe", index="i", body=body, rerank=rerank
    )


def test_hits_that_are_alike_are_kept_apart(client: OpenSearch, server: SidecarProcess) -> None:
    with SyncSidecarClient(server.url, timeout=60.0) as sidecar:
        alike = search(client, sidecar)
        apart = search(client, sidecar, diversify={"lambda": 0.3, "field": "v"})
    assert set(names(alike)[:2]) == {"a", "b"}
    assert names(apart)[1] == "c"
    scores = [
        {hit["_id"]: hit["_score"] for hit in each["hits"]["hits"]} for each in (alike, apart)
    ]
    assert scores[0] == scores[1], "the model does not read the vectors"
    assert all(set(hit["_source"]) == {"title"} for hit in apart["hits"]["hits"])


def test_the_report_warns_of_what_had_no_effect(client: OpenSearch, server: SidecarProcess) -> None:
    with SyncSidecarClient(server.url, timeout=60.0) as sidecar:
        plain = search(client, sidecar)
        misspelt = search(client, sidecar, diversify={"by": "tilte"})
    assert plain["rerank"] == {"reranked": True, "hits": 3}
    (warning,) = misspelt["rerank"]["warnings"]
    assert warning.startswith("diversify has no effect")


def test_vectors_are_sent_and_other_fields_are_the_callers() -> None:
    assert Rerank(fields=("title",)).sent_fields == ("title",)
    assert Rerank(fields=("title",), diversify={"lambda": 1}).sent_fields == ("title", "vector")
    assert Rerank(fields=("title",), diversify={"by": "brand"}).sent_fields == ("title",)
