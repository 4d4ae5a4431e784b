"""Strings of `key: value` lines, and prose that is none."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.search import Fields
from tests.text.reading import ANY, SHOP, text


def test_lines_are_fields_when_each_begins_with_a_name_alias_or_label() -> None:
    assert text("Title: Shoe\nMADE BY: Acme\n\ncolour:red shift") is None
    assert text("Title: Shoe\r\nMADE BY: Acme\r\n\r\ncolour: red\r\n") == {
        "title": "Shoe",
        "brand": "Acme",
        "color": "red",
    }
    assert text("name: B\ntitle: A") == {"title": "A"}
    assert text("title: a\n  and more: of it\nbrand: b") == {
        "title": "a and more: of it",
        "brand": "b",
    }
    assert text("brand: a\nbrand: b\nbrand: c") == {"brand": ["a", "b", "c"]}
    assert text("title:\nbrand: Acme") == {"brand": "Acme"}
    assert text("title:") == {}
    assert text("  title: a\n  brand: b\n    and co") == {"title": "a", "brand": "b and co"}
    assert text("\n\ttitle: a\n\tbrand: b\n") == {"title": "a", "brand": "b"}
    assert text(" title: a\nbrand: b") == {"title": "a", "brand": "b"}


@pytest.mark.parametrize(
    "prose",
    [
        "Warning: hot surface",
        "NO",
        "{not json",
        "{curly} words",
        "--- a dash",
        "---",
        "---\nWarning: hot surface",
        "---\nWarning: hot surface\nDo not touch.",
        '["title", "Shoe"]',
        '[{"title": "Shoe"}]',
        '"title: Shoe"',
        "12.5",
        "true",
        "null",
        "",
        " ",
        ":",
        ": title",
        "title Shoe",
        "title:Shoe",
        "title : the story of a shoe\nand so it goes",
        "title: Shoe\nNote: it is red",
        "title: Shoe\nit is red",
        '{"level": "info", "message": "a log line"}',
        '{"title": NaN}',
        '{"title": "Shoe"} and more',
        '{"title": "\ud800"}',
    ],
    ids=repr,
)
def test_prose_stays_text(prose: str) -> None:
    assert text(prose) is None


def test_lines_need_a_profile_that_knows_them() -> None:
    assert text("title: Shoe", ANY) is None
    assert text("title: Shoe", SHOP) == {"title": "Shoe"}


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("title: Shoe\nbrand: Acme\nweight: 200 g", {"title": "Shoe", "brand": "Acme"}),
        ("weight: 200 g\nTitle: Shoe\nMade by: Acme", {"title": "Shoe", "brand": "Acme"}),
        ("g:title: Shoe\ng:brand: Acme\ng:id: 7", {"title": "Shoe", "brand": "Acme"}),
        (
            "Title: Shoe\nweight: 200 g\n  with laces\nbrand: Acme",
            {"title": "Shoe", "brand": "Acme"},
        ),
    ],
)
def test_a_line_with_an_unknown_key_is_read_where_enough_are_known(
    lines: str, expected: Fields
) -> None:
    assert text(lines) == expected


@pytest.mark.parametrize(
    "prose",
    [
        "Note: this is the story of a shoe",
        "Note: this is\nWarning: hot",
        "title: Shoe\nNote: it is red",
        "title: Shoe\nbrand: Acme\nit is red",
        "title: Shoe\nbrand: Acme\nhttp://example.org/shoe",
        "title: Shoe\nbrand: Acme\nNote: a\nWarning: b\nDanger: c\nTip: d\nHint: e",
        "title: Shoe\nbrand: Acme\nAnd then he said to her, in the middle of the road: go",
    ],
)
def test_prose_with_colons_stays_text(prose: str) -> None:
    assert text(prose) is None


@given(st.lists(st.text(string.ascii_letters + " :,.'-", min_size=1), min_size=1))
def test_prose_without_a_known_word_before_its_colon_is_never_parsed(lines: list[str]) -> None:
    prose = "\n".join(f"x{line}" for line in lines)
    assert text(prose) is None
    assert text(f"---\n{prose}") is None
    assert text(f"{{{prose}}}") is None
