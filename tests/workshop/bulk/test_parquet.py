"""Parquet tables: their columns keep their types, and what is no such table is said."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

pa: Any = pytest.importorskip("pyarrow")
pq: Any = pytest.importorskip("pyarrow.parquet")

from sidecar.workshop.bulk.input_rows import BulkError  # noqa: E402
from tests.workshop.bulk.by_length import read_rows, run, spec, write_rows  # noqa: E402

HIT = pa.struct(
    [
        ("_id", pa.string()),
        ("_score", pa.float32()),
        ("_source", pa.struct([("title", pa.string()), ("price", pa.decimal128(9, 2))])),
    ]
)
SCHEMA = pa.schema(
    [("query", pa.string()), ("hits", pa.list_(HIT)), ("day", pa.date32()), ("shop", pa.string())]
)


def hit(name: str, title: str) -> dict[str, Any]:
    return {"_id": name, "_score": 1.5, "_source": {"title": title, "price": Decimal("9.90")}}


def table_row(number: int) -> dict[str, Any]:
    hits = [hit("a", "x"), hit("b", "x" * (number % 7 + 2))]
    return {"query": f"q{number}", "hits": hits, "day": date(2026, 1, 1), "shop": None}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    rows = [table_row(number) for number in range(1, 71)]
    rows[4]["query"] = None
    rows[8]["hits"] = None
    rows[9]["hits"] = []
    pq.write_table(pa.Table.from_pylist(rows, SCHEMA), tmp_path / "in.parquet", row_group_size=20)
    return tmp_path / "in.parquet"


def test_a_table_gives_a_table(source: Path, tmp_path: Path) -> None:
    given = spec(source, tmp_path / "out.parquet")
    outcome, _ = run(given)
    assert (outcome.rows, outcome.rejected) == (70, 2)
    assert [each["line"] for each in read_rows(given.rejects)] == [5, 9]
    table = pq.read_table(given.target)
    assert table.schema.field("day").type == pa.date32()
    assert table.num_rows == 68
    first = table.slice(0, 1).to_pylist()[0]
    assert first["day"] == date(2026, 1, 1)
    assert [each["_id"] for each in first["hits"]] == ["b", "a"]
    assert first["hits"][0]["_source"]["price"] == Decimal("9.90")
    assert first["hits"][0]["_score"] == 0.03
    assert first["hits"][0]["_first_stage_score"] == 1.5


def test_a_table_gives_json_lines(source: Path, tmp_path: Path) -> None:
    given = spec(source, tmp_path / "out.jsonl")
    run(given)
    first = read_rows(given.target)[0]
    assert first["day"] == "2026-01-01"
    assert first["hits"][0]["_source"] == {"title": "xxx", "price": "9.90"}


def test_what_is_no_such_table_is_said(source: Path, tmp_path: Path) -> None:
    text = tmp_path / "text.parquet"
    text.write_text("no table")
    other, flat = tmp_path / "other.parquet", tmp_path / "flat.parquet"
    pq.write_table(pa.table({"a": [1]}), other)
    pq.write_table(pa.table({"query": ["a"], "hits": ["b"]}), flat)
    lines = write_rows(tmp_path / "in.jsonl", [])
    for path, message in (
        (text, "text.parquet cannot be read: "),
        (tmp_path / "none.parquet", "none.parquet cannot be read: "),
        (other, "has no column `query`, only a"),
        (flat, "is no list of structs"),
        (lines, "would be a Parquet table"),
    ):
        with pytest.raises(BulkError, match=message) as caught:
            run(spec(path, tmp_path / "out.parquet"))
        assert "\n" not in caught.value.message


def test_a_table_that_ends_too_early_is_said(source: Path, tmp_path: Path) -> None:
    raw = bytearray(source.read_bytes())
    raw[100:400] = b"\xff" * 300
    source.write_bytes(raw)
    given = spec(source, tmp_path / "out.parquet")
    with pytest.raises(BulkError, match="is damaged after row"):
        run(given)
    assert not given.target.exists()
