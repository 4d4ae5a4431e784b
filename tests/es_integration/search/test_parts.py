"""The pure parts of the two-stage search: pages, fusion, bodies."""

from typing import Any

import pytest
from elasticsearch import AsyncElasticsearch, Elasticsearch
from hypothesis import given
from hypothesis import strategies as st
from opensearchpy import OpenSearch

from es_integration import Ranking
from es_integration.cluster.search_engine import search_engine_of
from es_integration.search import Knn, Rerank
from es_integration.search.bodies import knn_body, per_hit_body, query_body
from es_integration.search.fusion import fuse, rrf
from es_integration.search.page import Page, checked_ranking, first_stage_answer, reranked_answer
from mappings import SearchEngine


def answer(names: str, total: int | None = None, relation: str = "eq") -> dict[str, Any]:
    """A first-stage answer with a hit per letter, the best first."""
    hits = [
        {"_index": "i", "_id": name, "_score": float(len(names) - at), "highlight": {"t": [name]}}
        for at, name in enumerate(names)
    ]
    shown: dict[str, Any] = {"max_score": 9.0, "hits": hits}
    if total is not None:
        shown["total"] = {"value": total, "relation": relation}
    return {"took": 3, "timed_out": False, "hits": shown, "aggregations": {"n": {"value": 1}}}


def names(found: dict[str, Any]) -> str:
    return "".join(hit["_id"] for hit in found["hits"]["hits"])


def test_the_page_is_read_from_the_body() -> None:
    assert Page.of({}) == Page(0, 10)
    assert Page.of({"from": 20, "size": 5}) == Page(20, 5)


@pytest.mark.parametrize(
    "body", [{"search_after": [1]}, {"slice": {}}, {"from": -1}, {"size": "ten"}]
)
def test_what_cannot_be_paged_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="from"):
        Page.of(body)


@pytest.mark.parametrize(
    "name", ["from_", "size", "scroll", "_source", "source_includes", "_source_excludes", "q"]
)
def test_what_decides_over_the_page_is_refused_beside_the_body(name: str) -> None:
    """The engine would take it, and another window would be reranked without a word."""
    with pytest.raises(ValueError, match=r"body|paged with `from`"):
        Page.of({}, [name])
    assert Page.of({}, ["routing", "preference", "search_type"]) == Page(0, 10)


@pytest.mark.parametrize("wish", [{"window": 0}, {"fields": ()}, {"fields": "title"}])
def test_a_wish_without_window_or_fields_is_refused(wish: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="window of 1 hit or more and a list of fields"):
        Rerank(**{"fields": ("title",), **wish})


@given(
    hits=st.integers(1, 26),
    window=st.integers(1, 20),
    size=st.integers(1, 12),
    shuffled=st.randoms(use_true_random=False),
)
def test_pages_put_together_are_the_reranked_window_and_what_lies_behind_it(
    hits: int, window: int, size: int, shuffled: Any
) -> None:
    """With a first stage that keeps its order, whatever the page sizes are."""
    letters = "".join(chr(97 + at) for at in range(hits))
    order = list(range(min(hits, window)))
    shuffled.shuffle(order)
    ranking = Ranking(tuple(order), tuple(1 - at / 100 for at in range(len(order))))
    seen = ""
    for start in range(0, hits + size, size):
        page = Page(start, size)
        span = page.first_stage(window)
        brought = answer(letters)
        brought["hits"]["hits"] = brought["hits"]["hits"][span.start : span.start + span.size]
        if start >= window:
            seen += names(first_stage_answer(brought, page, span, "behind"))
        else:
            seen += names(reranked_answer(brought, page, span, window, ranking))
    assert seen == "".join(letters[at] for at in order) + letters[window:]


def test_a_reranked_answer_keeps_all_but_the_order_and_the_scores() -> None:
    before = answer("abcd", total=7)
    page = Page(0, 3)
    after = reranked_answer(
        before, page, page.first_stage(3), 3, Ranking((2, 0, 1), (0.9, 0.5, 0.25))
    )
    assert names(after) == "cab"
    assert [hit["_score"] for hit in after["hits"]["hits"]] == [0.9, 0.5, 0.25]
    assert [hit["_first_stage_score"] for hit in after["hits"]["hits"]] == [2.0, 4.0, 3.0]
    assert after["hits"]["hits"][0]["highlight"] == {"t": ["c"]}
    assert after["hits"]["max_score"] == 0.9
    assert after["hits"]["total"] == {"value": 7, "relation": "eq"}
    assert (after["took"], after["aggregations"]) == (3, {"n": {"value": 1}})
    assert after["rerank"] == {"reranked": True, "hits": 3}
    assert before == answer("abcd", total=7), "the given answer is not touched"


def test_hits_behind_the_window_keep_their_scores() -> None:
    page = Page(1, 3)
    after = reranked_answer(
        answer("abcd"), page, page.first_stage(2), 2, Ranking((1, 0), (0.9, 0.1))
    )
    assert names(after) == "acd"
    assert [hit["_score"] for hit in after["hits"]["hits"]] == [0.1, 2.0, 1.0]
    assert "_first_stage_score" not in after["hits"]["hits"][1]
    assert after["hits"]["max_score"] == 0.9, "of the window, not of the page"


@pytest.mark.parametrize("order", [(0, 1), (0, 1, 1), (0, 2)])
def test_an_answer_that_does_not_name_each_hit_once_changes_nothing(order: tuple[int, ...]) -> None:
    kept = checked_ranking(Ranking(order, (0.5,) * len(order)), 3)
    assert kept.scores is None
    assert kept.reason is not None
    assert "once" in kept.reason


def test_rrf_is_the_formula() -> None:
    lists = [[("i", "a"), ("i", "b")], [("i", "b"), ("i", "c")]]
    keys, scores = zip(*rrf(lists), strict=True)
    assert keys == (("i", "b"), ("i", "a"), ("i", "c"))
    assert scores == pytest.approx([1 / 62 + 1 / 61, 1 / 61, 1 / 62])


def test_equals_stand_as_the_query_has_them() -> None:
    assert [key for key, _ in rrf([[("i", "a")], [("i", "b")]])] == [("i", "a"), ("i", "b")]


def test_a_fused_answer_is_the_querys_with_both_lists_hits() -> None:
    by_query, by_vector = answer("ab", total=2), answer("bc", total=2)
    by_vector["hits"]["hits"][0]["highlight"] = {"t": ["the vector's"]}
    both = fuse(by_query, by_vector, 10)
    assert names(both) == "bac"
    assert both["hits"]["hits"][0]["highlight"] == {"t": ["b"]}
    assert both["aggregations"] == by_query["aggregations"]
    assert both["hits"]["max_score"] == both["hits"]["hits"][0]["_score"]
    assert names(fuse(by_query, by_vector, 2)) == "ba"
    assert fuse(answer("", total=0), answer("", total=0), 2)["hits"]["max_score"] is None


@pytest.mark.parametrize(
    ("by_query", "by_vector", "total"),
    [
        (answer("ab", 2), answer("bc"), {"value": 3, "relation": "eq"}),
        (answer("ab", 90), answer("bc"), {"value": 90, "relation": "gte"}),
        (answer("ab", 90), answer("ab"), {"value": 90, "relation": "eq"}),
        (answer("ab", 90, "gte"), answer("ab"), {"value": 90, "relation": "gte"}),
        (answer("ab"), answer("bc"), None),
    ],
)
def test_the_total_of_both_is_exact_or_a_lower_bound(
    by_query: dict[str, Any], by_vector: dict[str, Any], total: dict[str, Any] | None
) -> None:
    assert fuse(by_query, by_vector, 10)["hits"].get("total") == total


KNN = Knn("vector", (1.0, 0.0), filter={"term": {"brand": "Nike"}}, num_candidates=20)


def test_each_engine_has_its_own_knn() -> None:
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


def test_a_client_is_known_by_its_package() -> None:
    class Own(Elasticsearch):
        pass

    assert search_engine_of(Own("http://127.0.0.1:9")) is SearchEngine.ELASTICSEARCH
    assert (
        search_engine_of(AsyncElasticsearch.__new__(AsyncElasticsearch))
        is SearchEngine.ELASTICSEARCH
    )
    assert search_engine_of(OpenSearch("http://127.0.0.1:9")) is SearchEngine.OPENSEARCH
    with pytest.raises(TypeError, match="no client"):
        search_engine_of(object())


def test_what_is_not_wished_for_is_not_sent() -> None:
    assert Rerank(fields=("title",)).request_options() == {}
    wish = Rerank(
        fields=["title"],
        profile="legal",
        weights={"title": 0.0},
        deadline_s=0.0,
        instruction="judge",
    )
    assert wish.request_options() == {
        "profile": "legal",
        "fields": {"title": 0.0},
        "deadline_s": 0.0,
        "instruction": "judge",
    }
