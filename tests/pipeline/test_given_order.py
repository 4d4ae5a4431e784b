"""Documents of which the model says nothing keep the order in which they came."""

import numpy as np

from sidecar.calibration import sigmoid
from sidecar.pipeline.given_order import behind, first_stage_order, given_order, logits_by_place
from sidecar.request import Control, Document, RankRequest

SENT = tuple(Document(text=text) for text in "abcd")


def scored(*scores: object) -> tuple[Document, ...]:
    return tuple(Document(fields={"title": "t", "_score": score}) for score in scores)


def test_the_order_sent_counts_unless_every_document_brings_a_score() -> None:
    assert first_stage_order(SENT) == [0, 1, 2, 3]
    assert first_stage_order(scored(1, 3.5, 2)) == [1, 2, 0]
    assert first_stage_order(scored(1, None, 2)) == [0, 1, 2]
    assert first_stage_order(scored(2, 7, 2, 7)) == [1, 3, 0, 2]


def test_scores_fall_by_place_and_differ_as_they_are_printed() -> None:
    logits = logits_by_place(SENT * 250, below=-12.0)
    printed = [np.float32(sigmoid(logit)) for logit in logits]
    assert printed == sorted(printed, reverse=True)
    assert len(set(printed)) == 1000
    assert printed[0] < sigmoid(-12.0)


def test_what_was_not_scored_is_behind_what_was_and_behind_an_empty_document() -> None:
    assert behind([1.0, -2.0]) == -8.0
    assert behind([1.0, -20.0]) == -20.0
    assert behind([]) == -8.0


def test_no_score_says_relevant_or_not_where_nothing_is_known() -> None:
    control = Control(min_score=0.9, explain=True)
    result = given_order(RankRequest("q", scored(1, 3, 2), control, top_n=2), "m")
    assert [item.index for item in result.ranked] == [1, 2]
    assert [item.score for item in result.ranked] == [0.5, sigmoid(-0.001)]
    assert result.below_min_score == 0
    assert [entry["index"] for entry in result.explanations] == [1, 2]


def test_the_order_of_the_request_can_be_kept_in_the_answer() -> None:
    result = given_order(RankRequest("q", scored(1, 3, 2), order="input"), "m")
    assert [item.index for item in result.ranked] == [0, 1, 2]
    assert result.ranked[1].score > result.ranked[2].score > result.ranked[0].score
