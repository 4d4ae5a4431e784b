"""Reciprocal rank fusion of the query's and the vectors' hits."""

from typing import Any

import pytest

from es_integration.search.fusion import fuse, rrf
from tests.es_integration.search.first_stage_answers import answer, names


def test_rrf_is_the_formula() -> None:
    lists = [[("i", "a"), ("i", "b")], [("i", "b"), ("i", "c")]]
    keys, scores = zip(*rrf(lists), strict=True)
    assert keys == (("i", "b"), ("i", "a"), ("i", "c"))
    assert scores == pytest.approx([1 / 62 + 1 / 61, 1 / 61, 1 / 62])


def test_ties_keep_the_querys_order() -> None:
    assert [key for key, _ in rrf([[("i", "a")], [("i", "b")]])] == [("i", "a"), ("i", "b")]


def test_a_fused_answer_is_the_querys_with_both_lists_hits() -> None:
    by_query, by_vector = answer("ab", total=2), answer("bc", total=2)
    by_vector["hits"]["hits"][0]["highlight"] = {"t": ["the vector's"]}
    fused = fuse(by_query, by_vector, 10)
    assert names(fused) == "bac"
    assert fused["hits"]["hits"][0]["highlight"] == {"t": ["b"]}
    assert fused["aggregations"] == by_query["aggregations"]
    assert fused["hits"]["max_score"] == fused["hits"]["hits"][0]["_score"]
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
