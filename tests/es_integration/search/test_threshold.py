"""A search with a `min_score`: what the sidecar leaves out is not in the answer."""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from opensearchpy import OpenSearch

from es_integration import SyncSidecarClient
from es_integration.search import Rerank, two_stage_search
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.search.first_stage_answers import names

TITLES = {"a": "Toaster with two slots", "b": "Red running shoe", "c": "Garden hose"}


@pytest.fixture
def client(recording_server: Callable[..., Any]) -> Iterator[OpenSearch]:
    hits = [
        {"_index": "i", "_id": name, "_score": 1.0, "_source": {"title": title}}
        for name, title in TITLES.items()
    ]
    total = {"value": 3, "relation": "eq"}
    found = {"took": 1, "hits": {"max_score": 1.0, "total": total, "hits": hits}}
    server = recording_server(lambda method, path, body: (200, found))
    with closing(OpenSearch(server.url)) as client:
        yield client


def search(client: OpenSearch, sidecar: SyncSidecarClient, **body: Any) -> dict[str, Any]:
    rerank = Rerank(fields=("title",), min_score=0.9, window=3)
    return two_stage_search(
        client, sidecar, "red running shoes", index="i", body=body, rerank=rerank
    )


def test_hits_that_score_below_it_are_left_out(client: OpenSearch, server: SidecarProcess) -> None:
    with SyncSidecarClient(server.url, timeout=60.0) as sidecar:
        answer = search(client, sidecar)
        assert names(answer) == "b"
        assert answer["rerank"] == {"reranked": True, "hits": 1, "below_min_score": 2}
        assert answer["hits"]["total"]["value"] == 3
        assert names(search(client, sidecar, **{"from": 1})) == ""
        behind = search(client, sidecar, **{"from": 3})
        assert names(behind) == ""
        assert "none there has a score" in behind["rerank"]["reason"]


def test_a_search_that_is_not_reranked_keeps_its_hits(client: OpenSearch) -> None:
    with SyncSidecarClient("http://127.0.0.1:1", retries=0) as sidecar:
        answer = search(client, sidecar)
    assert names(answer) == "abc"
    assert not answer["rerank"]["reranked"]


@pytest.mark.parametrize("value", [-0.1, 1.1, float("nan")])
def test_a_threshold_that_no_score_has_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="min_score"):
        Rerank(fields=("title",), min_score=value)
