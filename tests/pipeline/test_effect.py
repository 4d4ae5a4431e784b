"""What reranking did to the first stage's order."""

import itertools
import random

import pytest

from sidecar.pipeline.effect import effect, first_stage_scores
from sidecar.request import Document

PLAIN = Document(text="x")


def plain(count: int) -> list[Document]:
    return [PLAIN] * count


def test_nothing_changed() -> None:
    same = effect(plain(12), [float(-index) for index in range(12)])
    assert same is not None
    assert (same.top_1_changed, same.top_10_changed, same.kendall_tau) == (False, False, 1.0)


def test_everything_is_reversed() -> None:
    reversed_ = effect(plain(20), [float(index) for index in range(20)])
    assert reversed_ is not None
    assert (reversed_.top_1_changed, reversed_.top_10_changed) == (True, True)
    assert reversed_.kendall_tau == -1.0


def test_the_best_ten_in_another_order_are_the_same_ten() -> None:
    logits = [float(index) for index in range(10)] + [-1.0, -2.0]
    shuffled = effect(plain(12), logits)
    assert shuffled is not None
    assert shuffled.top_1_changed
    assert shuffled.top_10_changed is False


def test_ten_documents_or_less_have_no_other_ten() -> None:
    assert effect(plain(10), [float(i) for i in range(10)]).top_10_changed is None  # type: ignore[union-attr]
    assert effect(plain(1), [1.0]) is None
    assert effect([], []) is None


def test_equal_logits_keep_the_first_stage_s_order_and_count_for_nothing() -> None:
    equal = effect(plain(5), [2.0] * 5)
    assert equal is not None
    assert not equal.top_1_changed
    assert equal.kendall_tau == 0.0


@pytest.mark.parametrize("seed", range(3))
def test_tau_is_that_of_its_definition(seed: int) -> None:
    rng = random.Random(seed)
    logits = [rng.randrange(30) / 3 for _ in range(40)]
    of_pairs = [
        (before > after) - (before < after) for before, after in itertools.combinations(logits, 2)
    ]
    measured = effect(plain(40), logits)
    assert measured is not None
    assert measured.kendall_tau == pytest.approx(sum(of_pairs) / len(of_pairs))


def test_the_first_stage_s_scores_say_its_order_where_all_have_one() -> None:
    documents = [Document(fields={"_score": score}) for score in (1.5, 9, 4.25)]
    assert effect(documents, [0.0, 2.0, 1.0]).kendall_tau == 1.0  # type: ignore[union-attr]
    for missing in (None, "9", True):
        documents[1] = Document(fields={"_score": missing})
        assert first_stage_scores(documents) is None
    assert effect(documents, [0.0, 2.0, 1.0]).from_scores is False  # type: ignore[union-attr]
