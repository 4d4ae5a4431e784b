"""Strings that hold YAML: rows of ES|QL, and what is no such row."""

import pytest

from sidecar.text.field_values import MAX_DEPTH
from sidecar.text.parse import MAX_YAML_EVENTS
from tests.text.reading import ANY, ROW, text


def test_a_row_of_esql_is_its_fields() -> None:
    assert text(ROW, ANY) == {"title": "War and Peace", "author": ["Tolstoy"]}
    assert text(ROW) == {"title": "War and Peace"}


@pytest.mark.parametrize(
    ("yaml", "value"),
    [
        ("NO", "NO"),
        ("1e3", "1e3"),
        ("0012", "0012"),
        ("2020-01-01", "2020-01-01"),
        ("null", "null"),
        ('"R&D *new*"', "R&D *new*"),
        ('"a\\\n  \\ folded line"', "a folded line"),
        ("{a: 1, b: [2]}", {"a": "1", "b": ["2"]}),
        ("|-\n  two\n  lines", "two\nlines"),
        ('"𝄞 中文"', "𝄞 中文"),
    ],
)
def test_yaml_scalars_stay_text(yaml: str, value: object) -> None:
    assert text(f"---\ntitle: {yaml}\n") == {"title": value}
    assert text(f"---\r\ntitle: {yaml}\r\n") == {"title": value}


def test_an_empty_yaml_value_is_absent_and_a_repeated_key_counts_by_its_last() -> None:
    assert text("---\ntitle:\nbrand: a\nbrand: b\n") == {"brand": "b"}
    assert text("--- {}\n") == {}, "a row of nulls"


@pytest.mark.parametrize(
    "yaml",
    [
        "title: &a Shoe\nbrand: *a",
        "title: &a Shoe",
        "title: *a",
        "a: &a [x, x]\nb: &b [*a, *a]\ntitle: [*b, *b]",
        "? [title]\n: Shoe",
        "title: Shoe\n---\ntitle: Other",
        "title: Shoe\n---\nA page with front matter",
        "title: 'open",
        "- title: Shoe",
        "title",
        "",
        "title: \x00",
        "title: \ud800",
        "title: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH,
        "title: " + "[" * 100_000,
        "title: [" + "a," * MAX_YAML_EVENTS + "]",
        "title: a\n" + "\n" * (1 << 20),
    ],
    ids=lambda yaml: repr(yaml[:20]),
)
def test_yaml_other_than_a_row_of_fields_stays_text(yaml: str) -> None:
    assert text(f"---\n{yaml}") is None
    assert text(f"---\n{yaml}", ANY) is None
