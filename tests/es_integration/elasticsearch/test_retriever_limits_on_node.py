"""What Elasticsearch refuses beside a retriever, on a real node.

The checks are the search request's own and hold for every retriever. This node has only `standard`,
which takes a scroll. One around another, such as `text_similarity_reranker`, does not: see
`CompoundRetrieverBuilder.validate` in 8.19.
"""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from elasticsearch import BadRequestError, Elasticsearch

from es_integration.local_node import LocalElasticsearch

pytestmark = pytest.mark.node

INDEX = "beside-a-retriever"
RETRIEVER: dict[str, Any] = {"standard": {"query": {"match_all": {}}}}


@pytest.fixture(scope="module")
def node(elasticsearch_node: LocalElasticsearch) -> Iterator[Elasticsearch]:
    with closing(Elasticsearch(elasticsearch_node.url, request_timeout=60)) as client:
        mappings = {"properties": {"price": {"type": "long"}, "vector": {"type": "dense_vector"}}}
        client.indices.create(index=INDEX, mappings=mappings)
        client.index(index=INDEX, document={"price": 1, "vector": [0.5, 0.5]}, refresh=True, id="1")
        yield client
        client.indices.delete(index=INDEX)


@pytest.mark.parametrize(
    ("beside", "names"),
    [
        ({"sort": [{"price": "asc"}]}, "sort"),
        ({"sort": [{"price": "asc"}], "search_after": [0]}, "search_after"),
        ({"query": {"match_all": {}}}, "query"),
        ({"knn": {"field": "vector", "query_vector": [0.1, 0.2]}}, "knn"),
        ({"rescore": {"window_size": 5, "query": {"rescore_query": {"match_all": {}}}}}, "rescore"),
    ],
)
def test_it_is_refused(node: Elasticsearch, beside: dict[str, Any], names: str) -> None:
    with pytest.raises(BadRequestError) as refused:
        node.search(index=INDEX, retriever=RETRIEVER, **beside)
    assert f"cannot specify [retriever] and [{names}" in str(refused.value)


def test_from_and_size_are_not(node: Elasticsearch) -> None:
    answer = node.search(index=INDEX, retriever=RETRIEVER, size=5, from_=0)
    assert len(answer["hits"]["hits"]) == 1
