"""One score for each input, and what a search shows of it."""

import math

import numpy as np
import pytest

from tests.es_integration.fake_elasticsearch.errors import ElasticsearchError
from tests.es_integration.fake_elasticsearch.parsers import Ranked
from tests.es_integration.fake_elasticsearch.scores import in_input_order, normalised


def ranked(*indices: int) -> list[Ranked]:
    return [Ranked(index, np.float32(index / 10)) for index in indices]


def test_scores_go_to_their_inputs() -> None:
    assert [float(s) for s in in_input_order(ranked(1, 0), 2)] == pytest.approx([0.0, 0.1])


@pytest.mark.parametrize(
    ("indices", "message"),
    [
        ((0,), r"count mismatch: [2] vs [1]"),
        ((0, 1, 2), r"count mismatch: [2] vs [3]"),
        ((0, 0), "more than one score"),
        ((0, 2), "Index 2 out of bounds for length 2"),
        ((0, -1), "out of bounds"),
    ],
)
def test_anything_but_one_score_for_each_is_refused(indices: tuple[int, ...], message: str) -> None:
    with pytest.raises(ElasticsearchError) as refused:
        in_input_order(ranked(*indices), 2)
    assert refused.value.status == 500
    assert message in refused.value.reason


@pytest.mark.parametrize(
    ("raw", "expected"),
    [(0.0, 1.0), (0.25, 1.25), (1.0, 2.0), (4.5, 5.5), (-1.0, math.exp(-1)), (-104.0, 0.0)],
)
def test_scores_are_moved_above_zero(raw: float, expected: float) -> None:
    score = normalised(np.float32(raw))
    assert score.dtype == np.float32
    assert float(score) == pytest.approx(expected, rel=1e-6)


def test_near_one_float32_cannot_tell_small_differences() -> None:
    assert normalised(np.float32(1e-8)) == normalised(np.float32(2e-8))
