"""The first stage's search bodies for both search engines."""

import pytest

from es_integration.search import Knn
from es_integration.search.bodies import either_body, knn_body, per_hit_body, query_body
from mappings import SearchEngine

KNN = Knn("vector", (1.0, 0.0), filter={"term": {"brand": "Nike"}}, num_candidates=20)


def test_each_search_engine_has_its_own_knn() -> None:
    body = {"query": {"match_all": {}}, "highlight": {}, "size": 3}
    within = {"bool": {"filter": [{"term": {"brand": "Nike"}}, {"term": {"in_stock": True}}]}}
    clause = {"k": 50, "filter": within}
    assert knn_body(SearchEngine.ELASTICSEARCH, body, KNN, 50, {"term": {"in_stock": True}}) == {
        "highlight": {},
        "size": 3,
        "knn": {"field": "vector", "query_vector": [1.0, 0.0], "num_candidates": 50, **clause},
    }
    assert knn_body(SearchEngine.OPENSEARCH, body, KNN, 50, {"term": {"in_stock": True}}) == {
        "highlight": {},
        "size": 3,
        "query": {"knn": {"vector": {"vector": [1.0, 0.0], **clause}}},
    }


def test_a_sorted_search_lists_what_query_and_vectors_find() -> None:
    match = {"match": {"title": "shoes"}}
    body = {"query": match, "sort": ["price"], "size": 3}
    knn = Knn("vector", (1.0, 0.0))
    elasticsearch = either_body(SearchEngine.ELASTICSEARCH, body, knn, 50, None)
    neighbours = {"field": "vector", "query_vector": [1.0, 0.0], "k": 50}
    assert elasticsearch == {**body, "knn": neighbours}
    opensearch = either_body(SearchEngine.OPENSEARCH, body, knn, 50, None)
    nearest = {"knn": {"vector": {"vector": [1.0, 0.0], "k": 50}}}
    assert opensearch == {**body, "query": {"bool": {"should": [match, nearest]}}}
    del body["query"]
    vectors_only = either_body(SearchEngine.OPENSEARCH, body, knn, 50, None)
    assert vectors_only == {**body, "query": nearest}


def test_the_filter_does_not_change_the_querys_scores() -> None:
    query = {"match": {"title": "shoes"}}
    filtered = query_body({"query": query}, {"term": {"a": 1}})
    assert filtered["query"] == {"bool": {"must": [query], "filter": [{"term": {"a": 1}}]}}
    assert query_body({"aggs": {}}, None) == {"aggs": {}}
    with pytest.raises(ValueError, match="retriever"):
        query_body({"retriever": {}}, {"term": {"a": 1}})


def test_the_search_for_vectors_shows_its_hits_as_the_query_does_and_counts_nothing() -> None:
    body = {
        "query": {"match": {"t": "x"}},
        "aggs": {"n": {}},
        "sort": ["t"],
        "min_score": 3,
        "post_filter": {"term": {"a": 1}},
        "highlight": {"fields": {"t": {}}},
    }
    assert per_hit_body(body) == {
        "post_filter": {"term": {"a": 1}},
        "highlight": {"fields": {"t": {}}, "highlight_query": {"match": {"t": "x"}}},
    }
    with pytest.raises(ValueError, match="collapse"):
        per_hit_body({"collapse": {"field": "brand"}})
