"""Which hits a page needs, and the answer with its hits in the new order."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from es_integration import Ranking
from es_integration.search.page import (
    Page,
    checked_ranking,
    first_stage_answer,
    reranked_answer,
    sorted_otherwise,
)
from tests.es_integration.search.first_stage_answers import answer, names


def test_the_page_is_read_from_the_body() -> None:
    assert Page.of({}) == Page(0, 10)
    assert Page.of({"from": 20, "size": 5}) == Page(20, 5)


@pytest.mark.parametrize(
    "body", [{"search_after": [1]}, {"slice": {}}, {"from": -1}, {"size": "ten"}]
)
def test_other_ways_of_paging_are_refused(body: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="from"):
        Page.of(body)


@pytest.mark.parametrize(
    "name", ["from_", "size", "scroll", "_source", "source_includes", "_source_excludes", "q"]
)
def test_parameters_that_would_override_the_body_are_refused(name: str) -> None:
    """The engine would take it, and another window would be reranked without a word."""
    with pytest.raises(ValueError, match=r"body|paged with `from`"):
        Page.of({}, [name])
    assert Page.of({}, ["routing", "preference", "search_type"]) == Page(0, 10)


@pytest.mark.parametrize(
    "sort",
    ["price", "_score:asc", {"price": "asc"}, ["price", "_score"], [{"_score": "asc"}], ["_doc"]],
)
def test_an_order_of_its_own_is_any_sort_that_does_not_begin_with_the_score(sort: Any) -> None:
    assert sorted_otherwise({"sort": sort}, {})
    assert sorted_otherwise({}, {"sort": sort})


@pytest.mark.parametrize(
    "sort",
    [None, [], "_score", ["_score", {"sku": "asc"}], {"_score": "desc"}, "_score:desc,sku"],
)
def test_the_best_first_is_no_order_of_its_own(sort: Any) -> None:
    assert not sorted_otherwise({"sort": sort}, {})
    assert not sorted_otherwise({}, {})


@given(
    hits=st.integers(1, 26),
    window=st.integers(1, 20),
    size=st.integers(1, 12),
    shuffled=st.randoms(use_true_random=False),
)
def test_all_pages_together_are_the_reranked_window_and_the_hits_behind_it(
    hits: int, window: int, size: int, shuffled: Any
) -> None:
    """With a first stage that keeps its order, whatever the page sizes are."""
    letters = "".join(chr(97 + at) for at in range(hits))
    order = list(range(min(hits, window)))
    shuffled.shuffle(order)
    ranking = Ranking(tuple(order), tuple(1 - at / 100 for at in range(len(order))))
    shown = ""
    for start in range(0, hits + size, size):
        page = Page(start, size)
        retrieved = page.first_stage(window)
        first_stage = answer(letters)
        first_stage["hits"]["hits"] = first_stage["hits"]["hits"][
            retrieved.start : retrieved.start + retrieved.size
        ]
        if start >= window:
            shown += names(first_stage_answer(first_stage, page, retrieved, "behind"))
        else:
            shown += names(reranked_answer(first_stage, page, retrieved, window, ranking))
    assert shown == "".join(letters[at] for at in order) + letters[window:]


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
    ranking = checked_ranking(Ranking(order, (0.5,) * len(order)), 3)
    assert ranking.scores is None
    assert ranking.reason is not None
    assert "once" in ranking.reason


def test_with_a_threshold_hits_may_be_missing() -> None:
    ranking = Ranking((2, 0), (0.9, 0.5))
    assert checked_ranking(ranking, 3, min_score=0.4) == ranking
    twice = checked_ranking(Ranking((2, 2), (0.9, 0.5)), 3, min_score=0.4)
    assert twice.scores is None
    page = Page(0, 4)
    after = reranked_answer(answer("abcd"), page, page.first_stage(3), 3, ranking, min_score=0.4)
    assert names(after) == "ca", "the hit behind the window has no score"
    assert after["rerank"] == {"reranked": True, "hits": 2, "below_min_score": 1}
    nothing = reranked_answer(
        answer("ab"), page, page.first_stage(3), 3, Ranking((), ()), min_score=1.0
    )
    assert names(nothing) == ""
    assert nothing["hits"]["max_score"] is None
    assert nothing["rerank"]["below_min_score"] == 2
