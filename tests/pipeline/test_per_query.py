"""One result of many: what is said of a part's documents is said of them in the whole request."""

import asyncio
from dataclasses import fields, replace

import pytest

from sidecar.pipeline.per_query import by_query, rank_parts
from sidecar.request import Document, Ranked, RankRequest, RankResult, RelevantSpan, Timings

QUERIES = ("shoes", "socks", "shoes", "socks", "socks")
REQUEST = RankRequest("shoes", tuple(Document(text=query) for query in QUERIES), queries=QUERIES)
OF_DOCUMENTS = [each.name for each in fields(RankResult) if each.type == tuple[int, ...]]


def together(**of_parts: object) -> RankResult:
    """The whole result where each part's has these fields."""

    async def rank(part: RankRequest) -> RankResult:
        ranked = tuple(Ranked(index, 0.0, 0.5) for index in range(len(part.documents)))
        result = RankResult(ranked, "model", tokens=len(ranked), cached=1)
        return replace(result, **of_parts)  # type: ignore[arg-type]

    return asyncio.run(rank_parts(by_query(REQUEST), rank))


@pytest.mark.parametrize("name", OF_DOCUMENTS)
def test_documents_are_named_by_their_place_in_the_whole_request(name: str) -> None:
    assert getattr(together(**{name: (1,)}), name) == (2, 3)


def test_every_field_that_names_documents_is_tried() -> None:
    assert {"truncated", "shortened", "unread"} <= {*OF_DOCUMENTS}


def test_results_spans_and_explanations_are_in_input_order() -> None:
    spans = {0: (RelevantSpan(0, 5, 0.9),)}
    whole = together(spans=spans, explanations=({"index": 0}, {"index": 1}))
    assert [item.index for item in whole.ranked] == [0, 1, 2, 3, 4]
    assert {*whole.spans} == {0, 1}
    assert [entry["index"] for entry in whole.explanations] == [0, 1, 2, 3]


def test_counts_are_added_and_what_is_said_twice_is_said_once() -> None:
    whole = together(warnings=("slow",), truncated_queries=1, below_min_score=1)
    assert (whole.tokens, whole.cached, whole.truncated_queries) == (5, 2, 2)
    assert whole.below_min_score == 2
    assert whole.warnings == ("slow",)
    assert together().below_min_score is None


def test_times_are_the_slowest_rankings() -> None:
    assert together(timings=Timings(infer=0.5)).timings == Timings(infer=0.5)
