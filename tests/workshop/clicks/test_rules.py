"""Each rule leaves out what it says, and nothing when it is off."""

from dataclasses import fields, replace
from typing import Any

import pytest

from sidecar.workshop.clicks.assembling import assemble
from sidecar.workshop.clicks.rules import MEANINGS, Rules, read_rules
from tests.workshop.clicks.logs import event, log_of, query

OFF = Rules(**dict.fromkeys((field.name for field in fields(Rules)), None))


def searches(count: int, client: str, **more: Any) -> list[dict[str, Any]]:
    return [query(f"{client}{n}", "lamp", "ab", client_id=client, **more) for n in range(count)]


def clicks(count: int, client: str, at: str = "10:00:{:02}") -> list[dict[str, Any]]:
    return [event("click", f"{client}{n}", "a", client_id=client, at=at.format(n % 60))
            for n in range(count)]  # fmt: skip


CASES: list[tuple[str, float, list[dict[str, Any]], int, int]] = [
    ("duplicates", 0, [*searches(1, "x"), *clicks(1, "x"), *clicks(1, "x")], 1, 0),
    ("duplicates", 2, [*searches(1, "x"), *clicks(1, "x"), *clicks(1, "x", "10:00:02")], 1, 0),
    ("early_s", 60, [*searches(1, "x"), *clicks(1, "x", "09:58:00")], 1, 0),
    ("late_s", 3600, [*searches(1, "x"), *clicks(1, "x", "12:00:00")], 1, 0),
    ("bots", 1, [*searches(2, "crawler"), *clicks(1, "crawler")], 1, 2),
    ("searches_per_day", 3, [*searches(4, "x"), *searches(3, "y")], 0, 4),
    ("clicks_per_minute", 3, [*searches(4, "x"), *clicks(4, "x")], 4, 4),
    ("silent_searches", 3, [*searches(3, "x"), *searches(4, "y"), *clicks(1, "y")], 0, 3),
    (
        "clicks_per_search",
        1,
        [*searches(2, "x"), event("click", "x0", "a"), event("click", "x0", "b")],
        2,
        1,
    ),
]


@pytest.mark.parametrize(("name", "limit", "records", "events", "left_out"), CASES)
def test_a_rule_leaves_out_what_it_says(
    name: str, limit: float, records: list[dict[str, Any]], events: int, left_out: int
) -> None:
    log = log_of(*records)
    everything = assemble(log, OFF)
    assert all((rule.events, rule.searches) == (0, 0) for rule in everything.rules)
    assembled = assemble(log, replace(OFF, **{name: limit}))
    counts = {rule.name: (rule.events, rule.searches) for rule in assembled.rules}
    assert counts[name] == (events, left_out)
    assert len(assembled.searches) == len(everything.searches) - left_out


def test_every_rule_has_a_case_and_a_meaning() -> None:
    names = {field.name for field in fields(Rules)}
    assert names == set(MEANINGS) == {case[0] for case in CASES}


def test_limits_are_not_reached_by_exactly_as_many() -> None:
    log = log_of(*searches(3, "x"), *clicks(3, "x"))
    kept = assemble(log, replace(OFF, searches_per_day=3, clicks_per_minute=3, clicks_per_search=1))
    assert len(kept.searches) == 3


def test_days_and_minutes_are_counted_apart() -> None:
    log = log_of(
        *searches(3, "x"),
        *[{**each, "timestamp": "2026-11-02T10:00:00Z", "query_id": f"n{number}"}
          for number, each in enumerate(searches(3, "x"))],
    )  # fmt: skip
    assert len(assemble(log, replace(OFF, searches_per_day=3)).searches) == 6


def test_clients_that_are_not_known_break_no_rule_together() -> None:
    log = log_of(*searches(9, ""))
    kept = assemble(log, replace(OFF, searches_per_day=3, silent_searches=3))
    assert len(kept.searches) == 9


def test_rules_are_read() -> None:
    rules = read_rules(["bots=off", "searches-per-day=100", "late_s=1e3"])
    assert (rules.bots, rules.searches_per_day, rules.late_s) == (None, 100, 1000)
    assert read_rules([]) == Rules()


@pytest.mark.parametrize("text", ["bot=off", "bots", "bots=-1", "bots=nan", "late_s=inf", "=3", ""])
def test_what_is_no_rule_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"there is no rule|not RULE=NUMBER"):
        read_rules([text])
