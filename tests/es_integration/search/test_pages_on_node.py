"""Pages of a reranked window, and what cannot be reranked, on both real nodes."""

from typing import Any

import pytest

from es_integration import SyncSidecarClient
from es_integration.search import Knn, Rerank, two_stage_search
from tests.es_integration.search.embedding import embed
from tests.es_integration.search.products import (
    FIELDS,
    INDEX,
    QUERY,
    RERANK,
    Cluster,
    ids,
    match,
)

pytestmark = pytest.mark.node


@pytest.mark.parametrize("size", [4, 7])
def test_pages_within_and_behind_the_window(
    cluster: Cluster, sidecar: SyncSidecarClient, size: int
) -> None:
    rerank = Rerank(fields=FIELDS, window=10)
    first = ids(cluster.plain({**match(), "size": 24}))
    assert len(first) == 24

    def page(start: int, number: int) -> Any:
        body = {**match(), "from": start, "size": number}
        return two_stage_search(
            cluster.client, sidecar, QUERY, index=INDEX, body=body, rerank=rerank
        )

    one_page = ids(page(0, 24))
    assert sorted(one_page[:10]) == sorted(first[:10])
    assert one_page[10:] == first[10:]
    pages = [page(start, size) for start in range(0, 24, size)]
    assert [name for answer in pages for name in ids(answer)][:24] == one_page
    behind = page(12, size)
    assert "behind the window of 10" in behind["rerank"]["reason"]
    plain = cluster.plain({**match(), "from": 12, "size": size})
    assert behind["hits"] == plain["hits"]


def test_pages_of_vectors_end_with_the_window(cluster: Cluster, sidecar: SyncSidecarClient) -> None:
    def page(start: int) -> Any:
        knn = Knn("vector", embed(QUERY))
        body = {"from": start, "size": 4}
        rerank = Rerank(fields=FIELDS, window=10)
        return two_stage_search(
            cluster.client, sidecar, QUERY, index=INDEX, body=body, knn=knn, rerank=rerank
        )

    assert [len(ids(page(start))) for start in (0, 4, 8, 12)] == [4, 4, 2, 0]
    names = [name for start in (0, 4, 8) for name in ids(page(start))]
    assert sorted(names) == sorted(ids(cluster.plain(cluster.knn(embed(QUERY), 10))))


FILTERS = [
    False,
    True,
    "title",
    ["title", "pr*"],
    ["attributes.*"],
    ["*r*"],
    ["nothing"],
    {"excludes": ["vector"]},
    {"excludes": ["title", "vector", "attributes.*"]},
    {"includes": ["*"], "excludes": ["*e"]},
    {"excludes": ["*"]},
]


@pytest.mark.parametrize("filter", FILTERS, ids=str)
def test_the_caller_sees_the_source_that_was_asked_for(
    cluster: Cluster, sidecar: SyncSidecarClient, filter: Any
) -> None:
    body = {**match(), "size": 8, "_source": filter}
    plain = {hit["_id"]: hit for hit in cluster.plain(body)["hits"]["hits"]}
    answer = two_stage_search(
        cluster.client,
        sidecar,
        QUERY,
        index=INDEX,
        body=body,
        rerank=Rerank(fields=("title", "description"), window=8),
    )
    assert answer["rerank"]["reranked"]
    for hit in answer["hits"]["hits"]:
        assert hit.get("_source", "none") == plain[hit["_id"]].get("_source", "none")


def test_what_cannot_be_reranked_is_the_first_stages_answer(
    cluster: Cluster, sidecar: SyncSidecarClient
) -> None:
    for body, reason in (
        (match("qwertzuiop"), "no hits"),
        ({**match(), "from": 29, "post_filter": {"term": {"brand": "none"}}}, "no hits"),
        ({"size": 0, "aggs": {"brands": {"terms": {"field": "brand"}}}}, "size is 0"),
    ):
        answer = two_stage_search(
            cluster.client, sidecar, QUERY, index=INDEX, body=body, rerank=RERANK
        )
        assert answer.pop("rerank") == {"reranked": False, "reason": reason}
        assert {**answer, "took": 0} == {**dict(cluster.plain(body)), "took": 0}
    blank = two_stage_search(cluster.client, sidecar, " ", index=INDEX, body=match(), rerank=RERANK)
    assert blank["rerank"]["reason"] == "the text is empty"
    assert blank["hits"] == cluster.plain(match())["hits"]
    absent = Rerank(fields=["absent"])
    answer = two_stage_search(
        cluster.client, sidecar, QUERY, index=INDEX, body=match(), rerank=absent
    )
    assert answer["rerank"]["reason"] == "no hit has any of the fields"
    assert answer["hits"] == cluster.plain(match())["hits"]


def test_a_sorted_search_keeps_its_order_and_its_pages(
    cluster: Cluster, sidecar: SyncSidecarClient
) -> None:
    first = {**match(), "sort": [{"brand": "asc"}, {"_score": "desc"}], "size": 4}
    last_sort = cluster.plain(first)["hits"]["hits"][-1]["sort"]
    for body in (first, {**first, "from": 40}, {**first, "search_after": last_sort}):
        answer = two_stage_search(
            cluster.client, sidecar, QUERY, index=INDEX, body=body, rerank=RERANK
        )
        reason = "the search has a `sort` of its own"
        assert answer["rerank"] == {"reranked": False, "reason": reason}
        assert answer["hits"] == cluster.plain(body)["hits"]
        assert len(ids(answer)) == 4


def test_a_sorted_search_with_vectors_has_the_hits_of_both(
    cluster: Cluster, sidecar: SyncSidecarClient
) -> None:
    body = {**match(), "sort": [{"brand": "asc"}], "size": 1000}
    answer = two_stage_search(
        cluster.client,
        sidecar,
        QUERY,
        index=INDEX,
        body=body,
        knn=Knn("vector", embed(QUERY)),
        rerank=RERANK,
    )
    by_query = set(ids(cluster.plain(body)))
    by_vector = set(ids(cluster.plain(cluster.knn(embed(QUERY), RERANK.window))))
    assert set(ids(answer)) == by_query | by_vector
    brands = [hit["sort"][0] for hit in answer["hits"]["hits"]]
    assert brands == sorted(brands)
