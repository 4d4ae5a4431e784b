"""Records as collectors really write them."""

import math
from typing import Any

import pytest

from sidecar.workshop.clicks.ubi import UbiEvent, UbiQuery, records
from tests.workshop.clicks.logs import event, query

T = 1_793_527_200.0
"""2026-11-01T10:00:00Z"""


def only(value: Any) -> Any:
    (record,) = records(value)
    return record


def test_a_query_of_the_plugin_is_read() -> None:
    record = only(query("q1", " red shoes ", ["p1", "p2"], query_response_id="r", query="{...}"))
    assert record == UbiQuery("q1", "red shoes", T, "anna", ["p1", "p2"], "", False)


def test_an_event_is_read() -> None:
    given = event("click", "q1", "p2", 2, application="shop", user_query="red shoes")
    given["event_attributes"]["object"]["internal_id"] = 17
    assert only(given) == UbiEvent(
        "click", "q1", "red shoes", T + 5, "anna", "s1", "p2", "17", 2, "shop", False
    )


def test_a_search_hit_and_an_array_are_unwrapped_and_bulk_actions_passed_over() -> None:
    hit = {"_index": "ubi_queries", "_id": "x", "_source": query("q1", "red")}
    found = list(records([hit, event("click", "q1", "p1")]))
    assert [type(record) for record in found] == [UbiQuery, UbiEvent]
    assert list(records({"index": {"_index": "ubi_events", "_id": "y"}})) == []


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("2026-11-01T10:00:00.000Z", T),
        ("2026-11-01T12:00:00+02:00", T),
        ("2026-11-01T10:00:00", T),
        (int(T * 1000), T),
        (int(T), T),
    ],
)
def test_times_are_read_in_every_form(written: Any, seconds: float) -> None:
    assert only(query("q", "a", timestamp=written)).time_s == seconds


@pytest.mark.parametrize(
    "written", [None, "yesterday", "", True, [], "9999-99-99", 10**400, 1e300, -1, math.inf]
)
def test_what_is_no_time_is_not_known(written: Any) -> None:
    assert math.isnan(only(query("q", "a", timestamp=written)).time_s)


def test_session_and_browser_are_also_found_in_the_attributes() -> None:
    given = event("click", "q1", "p1")
    del given["session_id"]
    given["event_attributes"] |= {"session_id": "s9", "browser": "Googlebot/2.1 (+http://...)"}
    record = only(given)
    assert (record.session_id, record.is_bot) == ("s9", True)


@pytest.mark.parametrize(
    ("agent", "is_bot"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) Firefox/130.0", False),
        ("Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)", True),
        ("Mozilla/5.0 HeadlessChrome/120.0", True),
        ("python-requests/2.32", True),
        ("Cubot X30 Android", False),
        (None, False),
    ],
)
def test_bots_are_known_by_their_user_agent(agent: str | None, is_bot: bool) -> None:
    assert only(query("q", "a", user_agent=agent)).is_bot is is_bot


def test_a_client_that_calls_itself_a_bot_is_one() -> None:
    assert only(query("q", "a", client_id="quepid-nightly-bot")).is_bot


@pytest.mark.parametrize("ordinal", [-1, 2.5, "two", True, None, 10**9])
def test_an_ordinal_that_is_no_position_is_not_known(ordinal: Any) -> None:
    assert only(event("click", "q", "p", ordinal)).ordinal is None


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ("text", "not a JSON object"),
        ({"user_query": "a"}, "no action_name"),
        ({"query_id": "", "user_query": "a"}, "query_id is empty"),
        ({"query_id": "q", "query_response_hit_ids": "p1"}, "is not a list"),
        ({"_source": 3}, "_source"),
    ],
)
def test_what_is_no_record_is_refused(value: Any, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        list(records(value))


def test_odd_attributes_are_no_fault() -> None:
    record = only({"action_name": "click", "event_attributes": None, "query_id": 7})
    assert (record.query_id, record.object_id, record.ordinal) == ("7", "", None)
