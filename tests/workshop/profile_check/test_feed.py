"""Documents from files as people have them."""

from pathlib import Path

import pytest

from sidecar.workshop.profile_check.feed import FeedError, read_feed

SHOE = {"title": "Shoe", "price": 49}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("feed.json", '[{"title": "Shoe", "price": 49}]'),
        ("feed.json", '{"title": "Shoe", "price": 49}'),
        ("feed.jsonl", '{"title": "Shoe", "price": 49}\n\n'),
        ("bulk.ndjson", '{"index": {"_id": 1}}\n{"title": "Shoe", "price": 49}\n'),
        ("answer.json", '{"took": 3, "hits": {"hits": [{"title": "Shoe", "price": 49}]}}'),
        ("bom.json", '\ufeff[{"title": "Shoe", "price": 49}]'),
    ],
)
def test_json_is_read_in_each_form(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    (document,) = read_feed(tmp_path / name)
    assert document.fields == SHOE


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.csv", "title,price\nShoe,49\n"), ("a.TSV", "title\tprice\tsize\nShoe\t49\t\n")],
)
def test_a_table_has_a_document_a_row(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    (document,) = read_feed(tmp_path / name)
    assert document.fields == {"title": "Shoe", "price": "49"}


def test_a_cell_may_have_lines_and_be_long(tmp_path: Path) -> None:
    long = "x" * 200_000
    (tmp_path / "a.csv").write_text(f'title,description\r\nShoe,"Red\nrubber {long}"\r\n')
    (document,) = read_feed(tmp_path / "a.csv")
    assert document.fields == {"title": "Shoe", "description": f"Red\nrubber {long}"}


def test_a_line_of_json_may_hold_other_separators(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"title": "Red\u2028shoe"}\r\n{"title": "Sock"}\n')
    assert [each.fields for each in read_feed(tmp_path / "a.jsonl")] == [
        {"title": "Red\u2028shoe"},
        {"title": "Sock"},
    ]


def test_strings_are_documents_too(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('["A red shoe."]')
    assert read_feed(tmp_path / "a.json")[0].text == "A red shoe."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "holds no documents"),
        ('{"a": 1}\nnonsense\n', "line 2: is not JSON"),
        ("42", "a.json: document 1: must be a string or an object, not a number"),
        ('["a", [1]]', "a.json: document 2: must be a string or an object, not an array"),
        ('{"a":' * 500 + "1" + "}" * 500, "a.json: document 1: is nested too deeply"),
    ],
)
def test_a_file_without_documents_is_a_fault(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(FeedError, match=message):
        read_feed(tmp_path / "a.json")
    with pytest.raises(FeedError, match="cannot be read"):
        read_feed(tmp_path / "none.json")
