"""The options of a search, and what happens when the cluster or the sidecar refuses."""

import ast
import re
import time
from pathlib import Path
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from es_integration import ClusterRefused, SidecarClient, SyncSidecarClient
from es_integration.search import Knn, Rerank, two_stage_search
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.es_integration.search.embedding import DIMENSIONS, embed
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


def test_a_search_chooses_its_profile_its_weights_and_its_filter(
    cluster: Cluster, sidecar: SyncSidecarClient
) -> None:
    brand = next(iter(PRODUCTS.documents)).source["brand"]

    def reranked_ids(**options: Any) -> list[str]:
        answer = two_stage_search(
            cluster.client,
            sidecar,
            f"{brand} shoes under $80",
            index=INDEX,
            body={**match("shoes"), "size": WINDOW},
            rerank=Rerank(fields=(*FIELDS, "price", "in_stock"), window=WINDOW, **options),
        )
        assert answer["rerank"]["reranked"]
        return ids(answer)

    plain, ecommerce = reranked_ids(), reranked_ids(profile="ecommerce")
    weighed = reranked_ids(profile="ecommerce", weights={"brand": 50.0, "title": 0.0})
    assert sorted(plain) == sorted(ecommerce) == sorted(weighed)
    assert plain != ecommerce != weighed
    for knn in (None, Knn("vector", embed(QUERY))):
        answer = two_stage_search(
            cluster.client,
            sidecar,
            QUERY,
            index=INDEX,
            body=match(),
            knn=knn,
            filter={"term": {"brand": brand}},
            rerank=RERANK,
        )
        assert ids(answer)
        assert {hit["_source"]["brand"] for hit in answer["hits"]["hits"]} == {brand}


def test_a_sidecar_that_is_gone_leaves_the_answer_as_the_engine_gave_it(
    cluster: Cluster, own_sidecar: SidecarProcess
) -> None:
    body = {**match(), "from": 2, "size": 5, "highlight": {"fields": {"title": {}}}}
    own_sidecar.stop()
    with SyncSidecarClient(own_sidecar.url) as sidecar:
        answer = two_stage_search(
            cluster.client, sidecar, QUERY, index=INDEX, body=body, rerank=RERANK
        )
    report = answer.pop("rerank")
    assert report["reranked"] is False
    assert own_sidecar.url in report["reason"]
    plain = dict(cluster.plain(body))
    assert {**answer, "took": 0} == {**plain, "took": 0}


def test_a_sidecar_that_hangs_costs_the_deadline(
    cluster: Cluster, own_sidecar: SidecarProcess
) -> None:
    body = {**match(), "size": 5}
    rerank = Rerank(fields=FIELDS, deadline_s=0.5)
    plain = cluster.plain(body)
    own_sidecar.pause()
    with SyncSidecarClient(own_sidecar.url) as sidecar:
        start = time.monotonic()
        answer = two_stage_search(
            cluster.client, sidecar, QUERY, index=INDEX, body=body, rerank=rerank
        )
        assert time.monotonic() - start >= 0.45, "it did hang"
    own_sidecar.resume()
    assert "no answer within 0.5 seconds" in answer["rerank"]["reason"]
    assert answer["hits"] == plain["hits"]


def test_errors_of_the_cluster_are_raised(cluster: Cluster, sidecar: SyncSidecarClient) -> None:
    missing: dict[str, Any] = {"query": {"no_such_query": {}}}
    with pytest.raises(Exception, match="no_such_query"):
        two_stage_search(cluster.client, sidecar, QUERY, index=INDEX, body=missing, rerank=RERANK)
    knn = Knn("title", [1.0] * DIMENSIONS)
    with pytest.raises(ClusterRefused, match="_vector") as refused:
        two_stage_search(
            cluster.client, sidecar, QUERY, index=INDEX, body=match(), knn=knn, rerank=RERANK
        )
    assert refused.value.status == 400


def test_a_profile_may_read_the_first_stages_score(
    cluster: Cluster, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("profiles")
    (folder / "first.yaml").write_text(
        "name: first\nfields:\n  title: { weight: 1 }\n  _score: { weight: 0 }\n"
        "signals:\n  first: { kind: first_stage, weight: 4, cap: 4 }\n"
    )
    body = {**match(), "size": 8}
    hits = cluster.plain(body)["hits"]["hits"]
    with (
        SidecarProcess({"profiles": str(folder)}) as process,
        SyncSidecarClient(process.url, timeout=60.0) as sidecar,
    ):
        for field in ("_score", None):
            rerank = Rerank(fields=("title",), window=8, profile="first", score_field=field)
            answer = two_stage_search(
                cluster.client, sidecar, QUERY, index=INDEX, body=body, rerank=rerank
            )
            sent = [
                {"title": hit["_source"]["title"], **({field: hit["_score"]} if field else {})}
                for hit in hits
            ]
            expected = sidecar.rerank(QUERY, sent, profile="first")
            assert ids(answer) == [hits[index]["_id"] for index, _ in expected]
            scores = [hit["_score"] for hit in answer["hits"]["hits"]]
            assert scores == pytest.approx([score for _, score in expected], abs=1e-6)


async def test_the_examples_of_the_docs_run(
    cluster: Cluster, server: SidecarProcess, capsys: pytest.CaptureFixture[str]
) -> None:
    """docs/search.md, with this node's and this sidecar's addresses put in."""
    text = (Path(__file__).parents[3] / "docs" / "search.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    assert [block.count("\n") < 20 for block in blocks] == [True, True]
    first, second = (block.replace('"products"', f'"{INDEX}"') for block in blocks)
    if isinstance(cluster.client, Elasticsearch):
        first = first.replace("http://127.0.0.1:9200", cluster.url)
        exec(first.replace("http://127.0.0.1:8080", server.url).replace("=2.0", "=60.0"), {})
        printed = ast.literal_eval(capsys.readouterr().out)
        plain = cluster.plain({"query": {"match": {"title": "red shoes"}}, "size": 20})
        assert sorted(name for name, _ in printed) == sorted(ids(plain))
        assert [score for _, score in printed] == sorted((s for _, s in printed), reverse=True)
    names: dict[str, Any] = {}
    exec(second, names)
    client = cluster.open_async(cluster.url)
    try:
        async with SidecarClient(server.url, timeout=60.0) as sidecar:
            answer = await names["search"](client, sidecar, QUERY, embed(QUERY))
    finally:
        await client.close()
    assert answer["rerank"] == {"reranked": True, "hits": 50}
