"""Which arm gets the points of an interleaved search."""

import time
from collections.abc import Iterable
from typing import Any

import pytest

from mappings.experiments.experiment import Arm, Experiment, File
from sidecar.workshop.experiments.preference import preferences
from sidecar.workshop.experiments.searches import Search, assemble
from tests.workshop.experiments.pages import click, interleaved, page, read

ARMS = tuple(Arm(name=name) for name in "xyz")
EXPERIMENT = Experiment.of("weights", File(method="interleave", arms=ARMS), {})


def credited(*values: object, clicks: Iterable[str] = ("click",)) -> list[Search]:
    pages, events = read(*values)
    return [*assemble(EXPERIMENT, [*pages, *events], time.time(), clicks).searches]


def test_a_clicked_hit_is_a_point_for_its_team_once() -> None:
    (search,) = credited(
        interleaved("q1", "abcd", "xyyx"),
        *(click("q1", document) for document in ("b", "b", "c", "a")),
    )
    assert (search.query_id, search.unit) == ("q1", "u1")
    assert search.credit == {"x": 1, "y": 2}


def test_a_search_without_clicks_is_a_tie() -> None:
    (search,) = credited(interleaved("q1", "ab", "xy"))
    assert search.credit == {"x": 0, "y": 0}


def test_more_arms_are_compared_in_pairs() -> None:
    (search,) = credited(
        interleaved("q1", "abcdef", "xyzzyx", arms=["x", "y", "z"]),
        click("q1", "c"),
        click("q1", "d"),
        click("q1", "b"),
    )
    assert search.credit == {"x": 0, "y": 1, "z": 2}


def test_clicks_on_what_has_no_team_or_was_not_shown_give_nothing() -> None:
    (search,) = credited(
        interleaved("q1", "abc", ["x", "y", ""]), click("q1", "c"), click("q1", "z"),
        click("q9", "a"), {**click("q1", "a"), "action_name": "impression"},
    )  # fmt: skip
    assert search.credit == {"x": 0, "y": 0}


def test_pages_of_one_search_are_one_search() -> None:
    (search,) = credited(
        interleaved("q1", "ab", "xy"),
        interleaved("q1", "cd", "yx", from_=2),
        interleaved("q1", "ab", "xy"),
        click("q1", "c"),
        click("q1", "b"),
    )
    assert search.credit == {"x": 0, "y": 2}


def test_failed_searches_and_those_of_one_arm_say_nothing_of_a_preference() -> None:
    failed = {"failure": "503", "failed_arms": ["y"]}
    pages, events = read(
        page("q1", "ab", method="interleave", arms=["x", "y"], **failed),
        page("q2", "ab", arm="x"),
        click("q2", "a"),
    )
    log = assemble(EXPERIMENT, [*pages, *events], time.time())
    found = preferences(log, alpha=0.05)
    assert {(each.wins, each.losses, each.ties) for each in found} == {(0, 0, 0)}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in time", "the later one first"])
@pytest.mark.parametrize("failure", [{"failure": "503", "failed_arms": ["y"]}, {"failure": "late"}])
def test_a_search_with_a_later_page_that_failed_says_nothing(
    failure: dict[str, Any], order: tuple[int, int]
) -> None:
    shown = (
        interleaved("q1", "ab", "xy"),
        page("q1", "ac", method="interleave", arms=["x", "y"], from_=2, **failure)
        | {"timestamp": "2026-11-01T10:00:03Z"},
    )
    pages, events = read(*(shown[at] for at in order), click("q1", "a"))
    log = assemble(EXPERIMENT, [*pages, *events], time.time())
    (search,) = log.searches
    assert search.failed
    assert search.places == {"a": 1, "b": 2, "c": 4}
    assert {(found.wins, found.losses, found.ties) for found in preferences(log, alpha=0.05)} == {
        (0, 0, 0)
    }


def test_an_arm_that_is_stopped_between_two_pages_keeps_its_points() -> None:
    (search,) = credited(
        interleaved("q1", "abc", "xyz", arms=["x", "y", "z"]),
        interleaved("q1", "de", "xy", arms=["x", "y"], from_=3),
        click("q1", "c"),
        click("q1", "e"),
    )
    assert search.credit == {"x": 0, "y": 1, "z": 1}


def test_other_actions_count_where_they_are_asked_for() -> None:
    records = interleaved("q1", "ab", "xy"), {**click("q1", "b"), "action_name": "buy"}
    assert credited(*records)[0].credit == {"x": 0, "y": 0}
    assert credited(*records, clicks=["buy"])[0].credit == {"x": 0, "y": 1}
