"""The retriever over an index of a real node: the hits are real, the rerank step is the fake's.

With ELASTICSEARCH_URL everything is real.
"""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from elasticsearch import Elasticsearch

from es_integration.cluster.page_sample import TypicalSearch
from es_integration.elasticsearch import (
    ElasticsearchInstall,
    install,
    retriever_search,
    uninstall,
    verify_cluster,
)
from tests.es_integration.elasticsearch.conftest import Cluster

pytestmark = pytest.mark.node

QUERY = "red shoes for running"
PRODUCTS: tuple[dict[str, Any], ...] = (
    {"title": "Shoes, shoes, shoes: red shoe rack for red shoes", "brand": "Ordo"},
    {"title": "Red lacquer for leather shoes", "brand": "Ordo"},
    {"title": "Men's running shoes, red", "brand": "Nimbus"},
    {"title": "Garden hose", "brand": "Nimbus"},
    {"title": "Red running sock", "brand": "Nimbus"},
)
"""BM25 likes the first best, and the third is what was asked for."""
MAPPING: dict[str, Any] = {
    "properties": {
        "title": {"type": "text", "copy_to": "all"},
        "brand": {"type": "text", "copy_to": "all"},
        "all": {"type": "text"},
        "rerank_doc": {"type": "text", "index": False},
    }
}

Searchable = tuple[Cluster, Elasticsearch, ElasticsearchInstall, str]


@pytest.fixture
def ready(searchable: tuple[Cluster, Elasticsearch]) -> Iterator[Searchable]:
    """(cluster, client, what is installed, the index)"""
    cluster, client = searchable
    name = f"rerank-test-{uuid.uuid4().hex[:8]}"
    spec = ElasticsearchInstall(cluster.sidecar_url, name=name)
    client.indices.create(index=name, mappings=MAPPING, settings={"number_of_shards": 2})
    try:
        lines: list[dict[str, Any]] = []
        for number, product in enumerate(PRODUCTS):
            source = {**product, "rerank_doc": json.dumps(product)}
            lines += [{"index": {"_id": str(number)}}, source]
        client.bulk(index=name, operations=lines, refresh=True)
        install(client, spec)
        yield cluster, client, spec, name
    finally:
        uninstall(client, spec)
        client.indices.delete(index=name)


def search(ready: Searchable, **options: Any) -> Any:
    _, client, spec, index = ready
    body = retriever_search(
        {"match": {"title": QUERY}}, QUERY, inference_id=spec.endpoint_id, **options
    )
    body["retriever"]["text_similarity_reranker"]["allow_rerank_failures"] = False
    return client.search(index=index, **body)["hits"]["hits"]


def sent(cluster: Cluster) -> list[str]:
    if cluster.fake is None:
        pytest.skip("what a real cluster sends is not seen here")
    sent_texts: list[str] = json.loads(cluster.fake.sender.sent[-1].body)["texts"]
    return sent_texts


def test_the_best_answer_comes_first(ready: Searchable) -> None:
    _, client, _, index = ready
    first_stage = client.search(index=index, query={"match": {"title": QUERY}})["hits"]["hits"]
    assert first_stage[0]["_id"] == "0"
    page = search(ready)
    assert page[0]["_source"]["title"] == PRODUCTS[2]["title"]
    assert {hit["_id"] for hit in page} == {hit["_id"] for hit in first_stage}
    assert all(1 <= hit["_score"] <= 2 for hit in page)


def test_verify_searches_the_index(ready: Searchable) -> None:
    _, client, spec, index = ready
    report = verify_cluster(client, spec, index=index)
    assert [check for check in report if not check.passed] == []
    assert report[-1].name == "search"


def test_verify_projects_a_page_from_the_documents_of_the_index(ready: Searchable) -> None:
    _, client, spec, index = ready
    page = TypicalSearch(10, QUERY, index)
    report = verify_cluster(client, spec, index=index, search=page)
    assert [check for check in report if not check.passed] == []
    assert report[-2].name == "page"
    assert f"s of {index})" in report[-2].detail


def test_verify_finds_a_wrong_field(ready: Searchable) -> None:
    _, client, spec, index = ready
    report = verify_cluster(client, spec, index=index, field="no_such_field")
    assert (report[-1].name, report[-1].passed) == ("search", False)


def test_texts_are_sent_in_lucenes_order(ready: Searchable) -> None:
    """By shard, and there as they were indexed; the window is cut by score before."""
    cluster, client, _, index = ready
    first_stage = client.search(
        index=index, query={"match": {"title": QUERY}}, size=3, explain=True
    )["hits"]["hits"]
    by_document = sorted(first_stage, key=lambda hit: (hit["_shard"], hit["_id"]))
    assert by_document != first_stage
    search(ready, window=3, size=3)
    assert sent(cluster) == [hit["_source"]["rerank_doc"] for hit in by_document]


def test_copy_to_does_not_gather_fields(ready: Searchable) -> None:
    """The `fields` API gives the sources' values in an order of its own; one is sent."""
    cluster, client, _, index = ready
    hit = client.search(index=index, query={"ids": {"values": ["2"]}}, fields=["all"])
    values = hit["hits"]["hits"][0]["fields"]["all"]
    assert "all" not in hit["hits"]["hits"][0]["_source"]
    search(ready, field="all")
    all_texts = {f"{product['title']} {product['brand']}" for product in PRODUCTS}
    parts = {text for product in PRODUCTS for text in product.values()}
    assert set(values) <= {*PRODUCTS[2].values()}
    assert {*sent(cluster)} <= parts
    assert not {*sent(cluster)} & all_texts
