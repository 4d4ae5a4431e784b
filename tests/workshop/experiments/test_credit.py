"""Which arm gets the points of an interleaved search."""

from sidecar.workshop.experiments.credit import Credit, credits
from tests.workshop.experiments.pages import click, interleaved, page, read


def credited(*values: object) -> list[Credit]:
    return credits(*read(*values))


def test_a_clicked_hit_is_a_point_for_its_team_once() -> None:
    (credit,) = credited(
        interleaved("q1", "abcd", "xyyx"),
        *(click("q1", document) for document in ("b", "b", "c", "a")),
    )
    assert (credit.query_id, credit.unit) == ("q1", "u1")
    assert credit.points == {"x": 1, "y": 2}
    assert (credit.outcome("y", "x"), credit.outcome("x", "y")) == (1.0, 0.0)


def test_a_search_without_clicks_is_a_tie() -> None:
    (credit,) = credited(interleaved("q1", "ab", "xy"))
    assert credit.points == {"x": 0, "y": 0}
    assert credit.outcome("x", "y") == 0.5


def test_more_arms_are_compared_in_pairs() -> None:
    (credit,) = credited(
        interleaved("q1", "abcdef", "xyzzyx", arms=["x", "y", "z"]),
        click("q1", "c"),
        click("q1", "d"),
        click("q1", "b"),
    )
    assert credit.points == {"x": 0, "y": 1, "z": 2}
    assert credit.outcome("z", "y") == credit.outcome("y", "x") == 1.0


def test_clicks_on_what_has_no_team_or_was_not_shown_give_nothing() -> None:
    (credit,) = credited(
        interleaved("q1", "abc", ["x", "y", ""]), click("q1", "c"), click("q1", "z"),
        click("q9", "a"), {**click("q1", "a"), "action_name": "impression"},
    )  # fmt: skip
    assert credit.points == {"x": 0, "y": 0}


def test_pages_of_one_search_are_one_search() -> None:
    (credit,) = credited(
        interleaved("q1", "ab", "xy"),
        interleaved("q1", "cd", "yx", from_=2),
        interleaved("q1", "ab", "xy"),
        click("q1", "c"),
        click("q1", "b"),
    )
    assert credit.points == {"x": 0, "y": 2}


def test_failed_searches_and_those_of_one_arm_give_no_points() -> None:
    assert (
        credited(
            page(
                "q1", "ab", method="interleave", arms=["x", "y"], failure="503", failed_arms=["y"]
            ),
            page("q2", "ab", arm="x"),
            interleaved("q3", "ab", "xy"),
            interleaved("q3", "cd", "xy", from_=2, failure="lexical", failed_arms=["x"]),
            click("q3", "a"),
        )
        == []
    )


def test_an_arm_that_is_stopped_between_two_pages_keeps_its_points() -> None:
    (credit,) = credited(
        interleaved("q1", "abc", "xyz", arms=["x", "y", "z"]),
        interleaved("q1", "de", "xy", arms=["x", "y"], from_=3),
        click("q1", "c"),
        click("q1", "e"),
    )
    assert credit.points == {"x": 0, "y": 1, "z": 1}


def test_other_actions_count_where_they_are_asked_for() -> None:
    pages, events = read(interleaved("q1", "ab", "xy"), {**click("q1", "b"), "action_name": "buy"})
    assert credits(pages, events)[0].points == {"x": 0, "y": 0}
    assert credits(pages, events, ["buy"])[0].points == {"x": 0, "y": 1}
