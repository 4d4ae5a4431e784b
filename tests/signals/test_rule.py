"""The condition of a rule: on values, on a pattern, on a fact."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from sidecar.search import Search
from sidecar.signals import Rule, SearchReader

NOW = datetime(2024, 6, 15, tzinfo=UTC).timestamp()


def fires(rule: dict[str, Any], *values: object) -> list[bool]:
    documents = [{"f": value} for value in values]
    return Rule.model_validate({"field": "f", "demote": 1, **rule}).fires(
        SearchReader(Search("", documents), NOW)
    )


def test_values_are_compared_as_texts_and_any_item_of_a_list_counts() -> None:
    rule = {"values": [False, 0, "sold out"]}
    assert fires(rule, False, "FALSE", 0.0, "Sold out ", ["new", "sold out"]) == [True] * 5
    assert fires(rule, True, 1, "sold", None, "") == [False] * 5


def test_of_an_object_only_what_states_the_field_counts() -> None:
    on_value, on_pattern = {"values": ["repealed", 0, False]}, {"pattern": "repealed|^0$|false"}
    stating = (
        {"code": "repealed", "since": 2019},
        {"f": {"label": "repealed"}},
        {"en": "repealed"},
    )
    other = ({"code": "in force", "amendments": 0}, {"replaces": "repealed"}, {"reviewed": False})
    for rule in (on_value, on_pattern):
        assert fires(rule, *stating) == [True] * 3
        assert fires(rule, *other) == [False] * 3


def test_what_ends_later_still_stands() -> None:
    later = (
        "Repealed with effect from 1 January 2030",
        "abrogé à compter du 1er janvier 2030",
        "wird zum 1.7.2024 aufgehoben",
        "derogado con efectos de 1 de enero de 2030",
        "将于2030年1月1日废止",
        "repealed effective 2024-06-16",
    )
    past = (
        "Repealed with effect from 1 January 2020",
        "abrogé à compter du 1er janvier 2020",
        "zum 1.6.2024 aufgehoben",
        "于2020年1月1日废止",
        "repealed effective 2024-06-14",
        "Repealed 2019",
        "repealed",
    )
    assert fires({"states": "no_longer_valid"}, *later) == [False] * len(later)
    assert fires({"states": "no_longer_valid"}, *past) == [True] * len(past)


def test_a_fact_is_read_from_structure_and_words() -> None:
    rule = {"states": "out_of_stock"}
    assert fires(rule, "ausverkauft", {"isOnStock": False}, 0, [{"qty": 0}]) == [True] * 4
    assert fires(rule, "PreOrder", {"isOnStock": True, "days": 0}, 3, [{"qty": 0}, 1], None) == (
        [False] * 5
    )


def test_a_rule_reads_what_no_longer_counts_and_what_is_past() -> None:
    invalid, past = {"states": "no_longer_valid"}, {"states": "past"}
    assert fires(invalid, "Repealed", ["In force", "Repealed"], {"status": "Revoked"}) == [True] * 3
    assert fires(invalid, "In force", "reversed in part", "not repealed", None) == [False] * 4
    assert fires({"states": "invalid_in_part"}, "reversed in part", "reversed") == [True, False]
    assert fires(past, "2015-12-31", 2001, "31.12.2015") == [True] * 3
    assert fires(past, "9999-12-31", "2100-01-01", "unlimited", None) == [False] * 4


@pytest.mark.parametrize(
    "rule", [{}, {"values": [1], "pattern": "a"}, {"pattern": "a", "states": "out_of_stock"}]
)
def test_a_rule_has_one_condition(rule: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="one of values, pattern and states"):
        fires(rule)
