"""Interleaved lists: every hit once, teams of equal size, one list for one search."""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from mappings.experiments import draft_seed, team_draft
from tests.mappings.experiments.files import experiment, teams

A, B, C = "abcdef", "fedcba", "cafebd"


def seed(number: int) -> bytes:
    return number.to_bytes(4)


@pytest.mark.parametrize("rankings", [{"x": A, "y": B}, {"x": A, "y": B, "z": C}])
def test_each_hit_is_there_once_and_teams_are_of_equal_size(rankings: dict[str, str]) -> None:
    for number in range(50):
        draft = team_draft(rankings, seed(number))
        assert sorted(draft.order) == sorted(A)
        sizes = Counter(draft.teams)
        assert set(sizes.values()) == {len(A) // len(rankings)}
        first_round = draft.teams[: len(rankings)]
        assert len(set(first_round)) == len(rankings)


def test_a_hit_is_of_the_team_that_had_it_best_among_those_that_were_left() -> None:
    for number in range(50):
        draft = team_draft({"x": A, "y": B}, seed(number))
        shown: set[str] = set()
        for hit, team in zip(draft.order, draft.teams, strict=True):
            ranking = {"x": A, "y": B}[team]
            assert hit == next(each for each in ranking if each not in shown)
            shown.add(hit)


def test_both_arms_are_first_equally_often_and_each_round_is_drawn_anew() -> None:
    drafts = [team_draft({"x": A, "y": B}, seed(number)).teams for number in range(2000)]
    first = Counter(draft[0] for draft in drafts)
    assert abs(first["x"] - 1000) < 100
    repeats = sum(two == one for draft in drafts for one, two in pairwise(draft[::2]))
    assert abs(repeats / (2 * len(drafts)) - 0.5) < 0.03


def test_equal_rankings_stay_as_they_are() -> None:
    assert "".join(team_draft({"x": A, "y": A, "z": A}, seed(1)).order) == A


def test_rankings_of_other_lengths_are_drafted_to_their_ends() -> None:
    draft = team_draft({"x": "ab", "y": "cdefg", "z": ""}, seed(3))
    assert sorted(draft.order) == list("abcdefg")
    assert Counter(draft.teams) == {"x": 2, "y": 5}
    assert team_draft({"x": "", "y": ""}, seed(3)).order == ()


def test_a_search_has_one_list_and_another_user_or_query_another(tmp_path: Path) -> None:
    read = experiment(tmp_path, 'method = "interleave"\n' + teams("x", "y"))

    def order(unit: str, query: str) -> tuple[str, ...]:
        rankings = {"x": range(40), "y": range(39, -1, -1)}
        return team_draft(rankings, draft_seed(read, unit, query)).teams

    assert order("u1", "red shoes") == order("u1", " Red  Shoes")
    assert order("u1", "red shoes") != order("u2", "red shoes")
    assert order("u1", "red shoes") != order("u1", "blue shoes")


def test_the_first_hits_do_not_depend_on_those_below_them() -> None:
    """A page further down may have fetched more hits."""
    short = team_draft({"x": range(20), "y": [3, 1, 0, 2, *range(4, 20)]}, seed(5))
    long = team_draft({"x": range(40), "y": [3, 1, 0, 2, *range(4, 40)]}, seed(5))
    assert long.order[:20] == short.order
