"""BM25, nearest vectors and both, on both search engines, reranked by the real sidecar."""

import math
from typing import Any

import pytest

from es_integration import SidecarClient, SyncSidecarClient
from es_integration.search import Knn, Rerank, two_stage_search, two_stage_search_async
from es_integration.search.fusion import rrf
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.search.embedding import embed
from tests.es_integration.search.products import (
    FIELDS,
    INDEX,
    PRODUCTS,
    QUERY,
    RERANK,
    WINDOW,
    Cluster,
    ids,
    match,
)

pytestmark = pytest.mark.node


def assert_reranked(answer: Any, first: Any, sidecar: SyncSidecarClient, query: str) -> None:
    """The first stage's hits stand in the order of the sidecar's own scores for them."""
    hits = first["hits"]["hits"]
    sent = [{name: hit["_source"][name] for name in FIELDS} for hit in hits]
    expected = {hits[index]["_id"]: score for index, score in sidecar.rerank(query, sent)}
    assert ids(answer) == sorted(ids(first), key=lambda name: -expected[name])
    assert ids(answer) != ids(first)
    first_stage_scores = {hit["_id"]: hit["_score"] for hit in hits}
    for hit in answer["hits"]["hits"]:
        assert hit["_score"] == pytest.approx(expected[hit["_id"]], abs=1e-6)
        assert hit["_first_stage_score"] == pytest.approx(first_stage_scores[hit["_id"]], rel=1e-5)
    assert answer["hits"]["max_score"] == answer["hits"]["hits"][0]["_score"]
    assert answer["rerank"] == {"reranked": True, "hits": len(hits)}


@pytest.mark.every_version
def test_bm25s_hits_are_reranked_and_the_rest_of_the_answer_stays(
    cluster: Cluster, sidecar: SyncSidecarClient
) -> None:
    beside = {
        "highlight": {"fields": {"title": {}, "description": {}}},
        "aggs": {"brands": {"terms": {"field": "brand"}}},
        "size": WINDOW,
    }
    first = cluster.plain({**match(), **beside})
    answer = two_stage_search(
        cluster.client, sidecar, QUERY, index=INDEX, body={**match(), **beside}, rerank=RERANK
    )
    assert_reranked(answer, first, sidecar, QUERY)
    assert answer["hits"]["total"] == first["hits"]["total"]
    assert answer["aggregations"] == first["aggregations"]
    assert answer["aggregations"]["brands"]["buckets"]
    highlights = {hit["_id"]: hit.get("highlight") for hit in first["hits"]["hits"]}
    assert {hit["_id"]: hit.get("highlight") for hit in answer["hits"]["hits"]} == highlights
    assert "<em>" in str(highlights)
    assert type(answer) is dict


@pytest.mark.every_version
def test_the_nearest_vectors_are_reranked(cluster: Cluster, sidecar: SyncSidecarClient) -> None:
    first = cluster.plain(cluster.knn(embed(QUERY), WINDOW))
    answer = two_stage_search(
        cluster.client,
        sidecar,
        QUERY,
        index=INDEX,
        body={"size": WINDOW},
        knn=Knn("vector", embed(QUERY)),
        rerank=RERANK,
    )
    assert len(ids(first)) == WINDOW
    assert_reranked(answer, first, sidecar, QUERY)


@pytest.mark.every_version
def test_both_are_fused_and_reranked(cluster: Cluster, sidecar: SyncSidecarClient) -> None:
    body = {**match(), "size": WINDOW, "highlight": {"fields": {"description": {}}}}
    by_query = cluster.plain(body)
    by_vector = cluster.plain(cluster.knn(embed(QUERY), WINDOW))
    best = rrf([[(INDEX, name) for name in ids(answer)] for answer in (by_query, by_vector)])[
        :WINDOW
    ]
    hits_by_id = {
        hit["_id"]: hit for answer in (by_vector, by_query) for hit in answer["hits"]["hits"]
    }
    hits = [{**hits_by_id[name], "_score": score} for (_, name), score in best]
    answer = two_stage_search(
        cluster.client,
        sidecar,
        QUERY,
        index=INDEX,
        body=body,
        knn=Knn("vector", embed(QUERY)),
        rerank=RERANK,
    )
    assert_reranked(answer, {"hits": {"hits": hits}}, sidecar, QUERY)
    assert set(ids(answer)) - set(ids(by_query)), "the vectors brought some"
    total = answer["hits"]["total"]["value"]
    assert total >= by_query["hits"]["total"]["value"]


def test_a_hit_that_only_its_vector_found_is_highlighted_by_the_query(
    cluster: Cluster, sidecar: SyncSidecarClient
) -> None:
    """With a window of 2, BM25's third hit comes by its vector, and still shows why it matches."""
    body = {**match(), "highlight": {"fields": {"title": {}, "description": {}}}}
    third = cluster.plain(body)["hits"]["hits"][2]
    knn = Knn("vector", embed(f"{third['_source']['title']} {third['_source']['title']}"))
    answer = two_stage_search(
        cluster.client,
        sidecar,
        QUERY,
        index=INDEX,
        body=body,
        knn=knn,
        rerank=Rerank(fields=FIELDS, window=3),
    )
    assert third["_id"] in ids(answer)
    hit = next(hit for hit in answer["hits"]["hits"] if hit["_id"] == third["_id"])
    assert hit["highlight"] == third["highlight"]


def gain(names: list[str], relevant: dict[str, int]) -> float:
    """nDCG@10 with gains of 2^grade - 1."""
    ideal = sorted(relevant.values(), reverse=True)[:10]
    grades_found = [relevant.get(name, 0) for name in names[:10]]
    best, found = (
        sum((2**grade - 1) / math.log2(place + 2) for place, grade in enumerate(grades))
        for grades in (ideal, grades_found)
    )
    return float(found / best)


@pytest.mark.parametrize("stage", ["bm25", "knn", "both"])
def test_the_judged_queries_get_better_orders(
    cluster: Cluster, sidecar: SyncSidecarClient, stage: str
) -> None:
    """All twelve of the demo's product queries; the first stage is what a failure would leave."""
    before: list[float] = []
    after: list[float] = []
    for query in PRODUCTS.queries:
        body = {"size": 10} if stage == "knn" else {**match(query.text), "size": 10}
        knn = None if stage == "bm25" else Knn("vector", embed(query.text))
        for rerank, gains in ((Rerank(fields=("absent",), window=WINDOW), before), (RERANK, after)):
            answer = two_stage_search(
                cluster.client, sidecar, query.text, index=INDEX, body=body, knn=knn, rerank=rerank
            )
            assert answer["rerank"]["reranked"] == (rerank is RERANK)
            gains.append(gain(ids(answer), dict(query.relevant)))
    mean_before, mean_after = sum(before) / len(before), sum(after) / len(after)
    print(f"nDCG@10 {stage}: {mean_before:.3f} -> {mean_after:.3f}")
    assert mean_after > mean_before + 0.1


async def test_the_async_clients_give_the_same_answers(
    cluster: Cluster, sidecar: SyncSidecarClient, server: SidecarProcess
) -> None:
    client = cluster.open_async(cluster.url)
    try:
        async with SidecarClient(server.url, timeout=60.0) as asynchronous:
            for knn in (None, Knn("vector", embed(QUERY))):
                options: dict[str, Any] = {"index": INDEX, "body": match(), "knn": knn}
                answer = await two_stage_search_async(
                    client, asynchronous, QUERY, rerank=RERANK, **options
                )
                same = two_stage_search(cluster.client, sidecar, QUERY, rerank=RERANK, **options)
                assert {**answer, "took": 0} == {**same, "took": 0}
    finally:
        await client.close()
