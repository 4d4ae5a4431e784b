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


def test_strings_are_documents_too(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('["A red shoe."]')
    assert read_feed(tmp_path / "a.json")[0].text == "A red shoe."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "holds no documents"),
        ('{"a": 1}\nnonsense\n', "line 2: is not JSON"),
    ],
)
def test_a_file_without_documents_is_a_fault(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(FeedError, match=message):
        read_feed(tmp_path / "a.json")
    with pytest.raises(FeedError, match="cannot be read"):
        read_feed(tmp_path / "none.json")
