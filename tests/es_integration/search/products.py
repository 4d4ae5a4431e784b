"""A node with the demo's products, and the searches of the tests."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch, Elasticsearch
from opensearchpy import AsyncOpenSearch, OpenSearch

from es_integration.search import Rerank
from sidecar.workshop.demo.collections import CollectionName, load
from tests.es_integration.search.embedding import DIMENSIONS

INDEX = "two-stage-products"
PRODUCTS = load(CollectionName.PRODUCTS)
FIELDS = ("title", "brand", "category", "description")
QUERY = "shoes for jogging in the rain"
WINDOW = 30
RERANK = Rerank(fields=FIELDS, window=WINDOW)
PATIENCE_S = 90
"""Of the clients: a node on a busy machine is slow, and its speed is not what is tested."""


@dataclass(frozen=True)
class Cluster:
    """A node with the products in it, by its own client."""

    url: str
    client: Any
    open_async: Callable[[str], Any]
    knn: Callable[[list[float], int], dict[str, Any]]
    """A plain search for the nearest vectors, written out."""

    def plain(self, body: dict[str, Any]) -> Any:
        return self.client.search(index=INDEX, body=body)


def elasticsearch_knn(vector: list[float], k: int) -> dict[str, Any]:
    return {"knn": {"field": "vector", "query_vector": vector, "k": k}, "size": k}


def opensearch_knn(vector: list[float], k: int) -> dict[str, Any]:
    return {"query": {"knn": {"vector": {"vector": vector, "k": k}}}, "size": k}


def elasticsearch(request: pytest.FixtureRequest) -> tuple[Cluster, dict[str, Any]]:
    url = request.getfixturevalue("elasticsearch_node").url
    vector = {"type": "dense_vector", "dims": DIMENSIONS, "index": True, "similarity": "cosine"}
    cluster = Cluster(
        url,
        Elasticsearch(url, request_timeout=PATIENCE_S),
        lambda url: AsyncElasticsearch(url, request_timeout=PATIENCE_S),
        elasticsearch_knn,
    )
    return cluster, {"mappings": mappings(vector)}


def opensearch(request: pytest.FixtureRequest) -> tuple[Cluster, dict[str, Any]]:
    url = request.getfixturevalue("search_node").url
    method = {"name": "hnsw", "engine": "lucene", "space_type": "cosinesimil"}
    vector = {"type": "knn_vector", "dimension": DIMENSIONS, "method": method}
    cluster = Cluster(
        url,
        OpenSearch(url, timeout=PATIENCE_S),
        lambda url: AsyncOpenSearch(url, timeout=PATIENCE_S),
        opensearch_knn,
    )
    return cluster, {"mappings": mappings(vector), "settings": {"index.knn": True}}


def mappings(vector: dict[str, Any]) -> dict[str, Any]:
    text = {name: {"type": "text"} for name in ("title", "description")}
    words = {name: {"type": "keyword"} for name in ("brand", "category")}
    return {"properties": {**text, **words, "vector": vector}}


def match(text: str = QUERY) -> dict[str, Any]:
    return {"query": {"multi_match": {"query": text, "fields": ["title^2", "description"]}}}


def ids(answer: Any) -> list[str]:
    return [hit["_id"] for hit in answer["hits"]["hits"]]
