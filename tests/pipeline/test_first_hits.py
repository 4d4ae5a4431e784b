"""The first hits are reranked alone, and the others follow as the first stage has them."""

from dataclasses import replace
from typing import Any

import pytest

from sidecar.explain import explanation
from sidecar.fusion import rank
from sidecar.pipeline.first_hits import rank_first
from sidecar.pipeline.given_order import unscored_part
from sidecar.request import Control, Degraded, Document, RankRequest, RankResult

SENT = tuple(Document(text=text) for text in ("a", "bbb", "cc", "dddd", "e"))


def result(request: RankRequest) -> RankResult:
    """Longer texts are better; a document's length is its logit."""
    logits = [float(document.size or len(document.text or "")) for document in request.documents]
    ranked = rank(logits, order=request.order, top_n=request.top_n, min_score=_threshold(request))
    explained = tuple(explanation(item, [unscored_part(item.logit)]) for item in ranked)
    return RankResult(
        ranked,
        "m",
        tokens=0,
        truncated=(len(logits) - 1,),
        below_min_score=None if _threshold(request) is None else len(logits) - len(ranked),
        explanations=explained if request.control.explain else (),
    )


def _threshold(request: RankRequest) -> float | None:
    return None if request.complete else request.control.min_score


async def ranked(depth: int, **more: Any) -> RankResult:
    async def rank_all(part: RankRequest) -> RankResult:
        return result(part)

    return await rank_first(RankRequest("q", **{"documents": SENT, **more}), depth, rank_all)


def order(found: RankResult) -> list[int]:
    return [item.index for item in found.ranked]


@pytest.mark.parametrize(
    ("depth", "expected"),
    [(1, [0, 1, 2, 3, 4]), (2, [1, 0, 2, 3, 4]), (3, [1, 2, 0, 3, 4]), (5, [3, 1, 2, 0, 4])],
)
async def test_the_others_follow_in_the_order_sent(depth: int, expected: list[int]) -> None:
    found = await ranked(depth)
    assert order(found) == expected
    scores = [item.score for item in found.ranked]
    assert scores == sorted(scores, reverse=True)


async def test_the_first_hits_are_those_of_the_best_first_stage_scores() -> None:
    texts = [("a", 1), ("bbb", 9), ("cc", 5)]
    documents = tuple(Document(fields={"t": t, "_score": s}, size=len(t)) for t, s in texts)
    assert order(await ranked(1, documents=documents)) == [1, 2, 0]


async def test_top_n_and_the_order_of_the_request_count_for_the_whole() -> None:
    assert order(await ranked(2, top_n=3)) == [1, 0, 2]
    found = await ranked(2, order="input")
    assert order(found) == [0, 1, 2, 3, 4]
    assert max(found.ranked, key=lambda item: item.score).index == 1


async def test_what_has_no_score_reaches_no_min_score() -> None:
    found = await ranked(2, control=Control(min_score=0.9))
    assert (order(found), found.below_min_score) == ([1], 4)
    everything = await ranked(2, control=Control(min_score=0.9), complete=True)
    assert (order(everything), everything.below_min_score) == ([1, 0, 2, 3, 4], None)


async def test_an_answer_that_is_not_the_models_leaves_nothing_out() -> None:
    async def as_sent(part: RankRequest) -> RankResult:
        found = result(replace(part, control=Control()))
        return replace(found, below_min_score=0, degraded=Degraded("lexical", "inference"))

    request = RankRequest("q", SENT, Control(min_score=0.9))
    found = await rank_first(request, 2, as_sent)
    assert (order(found), found.below_min_score) == ([1, 0, 2, 3, 4], 0)


async def test_indexes_and_explanations_are_those_of_the_whole_request() -> None:
    documents = tuple(
        Document(fields={"t": "x", "_score": score}, size=size)
        for score, size in ((1, 1), (5, 2), (9, 3))
    )
    found = await ranked(2, documents=documents, control=Control(explain=True))
    assert order(found) == [2, 1, 0]
    assert found.truncated == (2,)
    assert [entry["index"] for entry in found.explanations] == [2, 1, 0]
