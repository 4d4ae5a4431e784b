"""Grades by thresholds and by later actions."""

import numpy as np
import pytest

from sidecar.workshop.clicks.actions import Actions, LaterAction, read_later_action
from sidecar.workshop.clicks.estimates import Estimates
from sidecar.workshop.clicks.grading import Thresholds, grade, read_thresholds


def estimates(relevance: list[float], size: float = 100.0, mean: float = 0.1) -> Estimates:
    values = np.array(relevance)
    return Estimates(values, values, values, np.full(len(values), size), mean)


def test_thresholds_are_multiples_of_the_mean_or_probabilities() -> None:
    found = estimates([0.04, 0.053, 0.142, 0.144, 0.26, 0.9])
    none = np.zeros((6, 0), np.int64)
    relative = read_thresholds("0.5x, 1.5x, 3x")
    assert relative == Thresholds((0.5, 1.5, 3.0), True)
    assert grade(found, relative, none, ()).tolist() == [0, 1, 1, 2, 3, 3]
    assert grade(found, read_thresholds("0.2"), none, ()).tolist() == [0, 0, 0, 0, 1, 1]


def test_every_grade_can_be_reached_however_high_the_mean() -> None:
    assert read_thresholds("0.5x,3x").of_mean(0.5) == pytest.approx((1 / 3, 0.75))
    assert max(read_thresholds("3x,10x").of_mean(0.99)) < 1


def test_a_later_action_lifts_the_grade_where_it_is_frequent() -> None:
    found = estimates([0.01] * 5 + [0.9])
    actions = np.array([[0, 0], [2, 0], [1, 0], [0, 2], [1, 1], [2, 0]])
    later = (LaterAction("add_to_cart", 2, 0.02), LaterAction("purchase", 4, 0.02))
    grades = grade(found, read_thresholds("0.5x,1.5x,3x"), actions, later)
    assert grades.tolist() == [0, 2, 0, 4, 0, 3]
    rare = grade(estimates([0.01] * 6, size=1000), read_thresholds("0.5x"), actions, later)
    assert rare.tolist() == [0] * 6


@pytest.mark.parametrize(
    "text", ["", "x", "1x,0.5x", "0.2,0.2", "0,0.5", "0.5x,2", "0.5,2", "nan", "infx", "-1x"]
)
def test_what_is_no_list_of_thresholds_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"thresholds|probability"):
        read_thresholds(text)


def test_later_actions_are_read() -> None:
    assert read_later_action("purchase=3") == LaterAction("purchase", 3, 0.01)
    assert read_later_action("like = 1:0.2") == LaterAction("like", 1, 0.2)
    assert Actions(later=(LaterAction("like", 1, 0.2),)).codes == {
        "impression": 0,
        "click": 1,
        "like": 2,
    }


@pytest.mark.parametrize("text", ["", "purchase", "=3", "a=b", "a=1.5", "a=-1", "a=1:2", "a=1:x"])
def test_what_is_no_later_action_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"NAME=GRADE|a grade from 0"):
        read_later_action(text)
