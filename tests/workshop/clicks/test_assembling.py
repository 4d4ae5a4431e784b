"""Searches are put together from queries and events, and what does not fit is counted."""

from typing import Any

import pytest

from sidecar.workshop.clicks import exposures
from sidecar.workshop.clicks.assembling import Assembled, assemble
from sidecar.workshop.clicks.choices import Exposure
from sidecar.workshop.clicks.event_log import EventLog
from sidecar.workshop.clicks.rules import Rules
from sidecar.workshop.clicks.ubi import ClicksError
from tests.workshop.clicks.logs import event, log_of, query


def shown(log: EventLog, assembled: Assembled) -> list[tuple[str, int, str, bool, int]]:
    """(query, position, document, clicked, actions) of each row."""
    found = assembled.searches
    return [
        (log.texts[found.text[search]], position, log.documents[document], clicked, actions)
        for search, position, document, clicked, actions in zip(
            found.row_search,
            found.row_position.tolist(),
            found.row_document,
            found.row_clicked.tolist(),
            found.row_actions.tolist(),
            strict=True,
        )
    ]


def test_hits_are_what_was_shown_and_clicks_are_put_on_them() -> None:
    log = log_of(
        event("click", "q1", "p2", 7),  # before its query, and with an ordinal that is not used
        query("q1", "Red  Shoes", ["p1", "p2", "p3"]),
        query("q2", "red shoes", ["p2", "p1"]),
    )
    assembled = assemble(log, Rules())
    assert shown(log, assembled) == [
        ("Red Shoes", 1, "p1", False, 0),
        ("Red Shoes", 2, "p2", True, 0),
        ("Red Shoes", 3, "p3", False, 0),
        ("Red Shoes", 1, "p2", False, 0),
        ("Red Shoes", 2, "p1", False, 0),
    ]
    assert (assembled.found, assembled.exposed.from_hits) == (2, 2)


@pytest.mark.parametrize("first", [0, 1])
def test_impressions_are_shown_at_their_ordinals(first: int) -> None:
    log = log_of(
        event("impression", "q1", "p3", first + 3),
        event("impression", "q1", "p1", first, user_query="lamp"),
        event("impression", "q1", "p2", first + 1),
        event("click", "q1", "p2"),
    )
    rows = shown(log, assemble(log, Rules()))
    assert [row[1:4] for row in rows] == [(1, "p1", False), (2, "p2", True), (4, "p3", False)]


def test_impressions_without_ordinals_are_shown_in_the_order_of_the_file() -> None:
    log = log_of(
        query("q1", "lamp"), *(event("impression", "q1", name) for name in ("b", "a", "b"))
    )
    assert [row[1:3] for row in shown(log, assemble(log, Rules()))] == [(1, "b"), (2, "a")]


@pytest.mark.parametrize(
    ("exposure", "documents"),
    [(Exposure.AUTO, "ab"), (Exposure.HITS, "ab"), (Exposure.IMPRESSIONS, "a")],
)
def test_which_of_both_exposures_counts_can_be_chosen(exposure: Exposure, documents: str) -> None:
    log = log_of(query("q1", "lamp", "ab"), event("impression", "q1", "a", 1))
    assert "".join(row[2] for row in shown(log, assemble(log, Rules(), exposure))) == documents


def test_hits_without_an_id_are_no_documents() -> None:
    log = log_of(query("q1", "lamp", ["a", " ", None, 1.5, "b"]), query("q2", "desk", ["", "b"]))
    rows = [row[:3] for row in shown(log, assemble(log, Rules()))]
    assert rows == [("lamp", 1, "a"), ("lamp", 2, "b"), ("desk", 1, "b")]


def test_a_further_page_continues_its_search_and_repeats_change_nothing() -> None:
    log = log_of(
        query("q1", "lamp", "ab"),
        query("q1", "lamp", "ab"),
        query("q1", "lamp", "cb"),
        query("q1", "lamp"),
    )
    assembled = assemble(log, Rules())
    assert [row[1:3] for row in shown(log, assembled)] == [(1, "a"), (2, "b"), (3, "c")]
    assert assembled.repeated_queries == 3


def test_what_fits_nowhere_is_counted() -> None:
    log = log_of(
        query("q1", "lamp", "abc"),
        query("q2", "desk"),
        query("q3", "  ", "ab"),
        event("click", "q1", "z"),
        event("click", "q9", "a"),
        event("click", None, "a"),
        event("click", "q1", ""),
        event("page_exit", "q1", ""),
        event("impression", None, "a"),
    )
    assembled = assemble(log, Rules(), max_position=2)
    assert assembled.exposed.nameless == 1
    assert [row[2] for row in shown(log, assembled)] == ["a", "b"]
    assert assembled.exposed.unknown == 1
    assert assembled.exposed.too_deep == 1
    assert assembled.blank == 1
    assert assembled.interacted.not_shown == 1
    assert assembled.interacted.unknown_search == 2
    assert log.without_object == 1
    assert log.action_counts == {"click": 4, "page_exit": 1, "impression": 1}


def test_an_object_is_also_found_by_the_search_engines_own_id() -> None:
    given = event("click", "q1", "sku-9")
    given["event_attributes"]["object"]["internal_id"] = "b"
    log = log_of(query("q1", "lamp", "ab"), given)
    assert [row[3] for row in shown(log, assemble(log, Rules()))] == [False, True]


def test_later_actions_are_clicks_too() -> None:
    log = log_of(
        query("q1", "lamp", "ab"),
        event("add_to_cart", "q1", "b"),
        event("purchase", "q1", "b"),
    )
    assert [row[3:] for row in shown(log, assemble(log, Rules()))] == [(False, 0), (True, 0b11)]


def test_a_purchase_without_a_search_belongs_to_the_last_click_of_the_session() -> None:
    log = log_of(
        query("q1", "lamp", "ab"),
        query("q2", "light", "ab"),
        event("click", "q1", "a", at="10:01:00"),
        event("click", "q2", "a", at="10:02:00"),
        event("purchase", None, "a", at="10:30:00"),
        event("purchase", None, "b", at="10:30:00"),  # never clicked
        event("purchase", None, "a", at="09:00:00"),  # before every click
        event("purchase", None, "a", at="10:30:00", session_id="s2", client_id="otto"),
    )
    assembled = assemble(log, Rules())
    assert [row[4] for row in shown(log, assembled)] == [0, 0, 0b10, 0]
    assert assembled.interacted.by_session == 1
    assert assembled.interacted.unknown_search == 3


def test_a_purchase_in_a_new_session_belongs_to_the_clients_last_click() -> None:
    log = log_of(
        query("q1", "lamp", "ab"),
        event("click", "q1", "a"),
        event("purchase", "unknown", "a", at="12:00:00", session_id="s2"),
    )
    assembled = assemble(log, Rules())
    assert [row[4] for row in shown(log, assembled)] == [0b10, 0]


def test_times_bound_the_searches() -> None:
    log = log_of(
        query("q1", "lamp", "ab"),
        query("q2", "desk", "ab", timestamp="2026-11-03T00:00:00Z"),
        query("q3", "rug", "ab", timestamp="2026-11-02T00:00:00Z"),
    )
    second = 1_793_577_600.0  # 2026-11-02
    assembled = assemble(log, Rules(), since_s=second, until_s=second + 86_400)
    assert {row[0] for row in shown(log, assembled)} == {"rug"}
    assert assembled.outside == 2


def test_records_of_other_applications_are_counted() -> None:
    log = log_of(
        query("q1", "lamp", "ab", application="shop"),
        query("q2", "lamp", "ab", application="blog"),
        application="shop",
    )
    assert (len(log.queries.key), log.other_applications) == (1, 1)


@pytest.mark.parametrize("values", [[], [event("click", "q1", "a")], [query("q1", "a")]])
def test_logs_without_exposure_give_no_search(values: list[dict[str, Any]]) -> None:
    log = log_of(*values)
    assert len(assemble(log, Rules()).searches) == 0


def test_what_became_of_the_clicks_is_said_when_none_counts() -> None:
    log = log_of(query("q1", "lamp", "ab"), event("click", "q1", "z"), event("click", "q9", "a"))
    with pytest.raises(ClicksError) as caught:
        assemble(log, Rules()).check()
    assert caught.value.message == (
        "no click is left that counts: clicks whose search is not known (1), "
        "clicks on what their search did not show (1)"
    )


def test_clocks_that_differ_are_named_when_no_click_counts() -> None:
    log = log_of(query("q1", "lamp", "ab"), event("click", "q1", "a", at="08:00:05"))
    with pytest.raises(ClicksError) as caught:
        assemble(log, Rules()).check()
    assert caught.value.message == (
        "no click is left that counts: events that the rule early_s leaves out (1)"
    )


def test_documents_are_shown_once_in_every_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exposures, "BLOCK_ROWS", 2)
    log = log_of(*(query(f"q{n}", "lamp", "abcab") for n in range(4)))
    found = assemble(log, Rules()).searches
    assert found.row_position.tolist() == [1, 2, 3] * 4
