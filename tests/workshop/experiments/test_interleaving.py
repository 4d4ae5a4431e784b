"""Interleaving on simulated users.

The long form is `python -m tests.workshop.experiments.interleaving`.
"""

from collections import Counter

import numpy as np
import pytest
from scipy import stats

from tests.workshop.experiments.interleaving import Users, found, interleaved, preference


@pytest.mark.parametrize("blind", [False, True], ids=["relevance", "rank alone"])
def test_equal_rankers_win_equally_often(blind: bool) -> None:
    users = Users(np.random.default_rng(6), blind)
    credits = [interleaved(users, {"a": 0.3, "b": 0.3}) for _ in range(4000)]
    won, decided = preference(credits, "a", "b")
    assert decided > 500
    assert stats.binomtest(won, decided).pvalue > 0.05


def test_users_who_click_by_rank_alone_prefer_no_ranker() -> None:
    users = Users(np.random.default_rng(2), blind=True)
    credits = [interleaved(users, {"good": 0.0, "bad": 5.0}) for _ in range(3000)]
    assert stats.binomtest(*preference(credits, "good", "bad")).pvalue > 0.05


def test_interleaving_sees_more_in_as_many_searches_than_a_split() -> None:
    seen = found(Users(np.random.default_rng(3)), better=0.2, worse=0.4, searches=4000)
    assert seen.interleaved > 5
    assert seen.interleaved > 1.3 * seen.split


def test_multileaving_puts_three_rankers_in_order() -> None:
    users = Users(np.random.default_rng(4))
    credits = [interleaved(users, {"a": 0.0, "b": 0.3, "c": 2.0}) for _ in range(2000)]
    for better, worse in (("a", "b"), ("b", "c"), ("a", "c")):
        won, decided = preference(credits, better, worse)
        assert stats.binomtest(won, decided, alternative="greater").pvalue < 0.01
    totals: Counter[str] = Counter()
    for credit in credits:
        totals.update(credit)
    assert totals["a"] > totals["b"] > totals["c"]
