"""Candidates from a file: what is read, and what is refused with its line."""

import json
from pathlib import Path
from typing import Any

import pytest

from sidecar.judgements.judgements import Judgements
from sidecar.workshop.evaluation.candidates import Candidates, EvaluationError
from sidecar.workshop.evaluation.candidates_file import read_candidates

JUDGEMENTS = Judgements({"q1": {"a": 1.0}, "q2": {"b": 1.0}}, {"q1": "red", "q2": "blue"})


def read(folder: Path, *rows: Any, **options: Any) -> list[Candidates]:
    path = folder / "candidates.jsonl"
    lines = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_text("\n".join(lines))
    return read_candidates(path, JUDGEMENTS, **{"size": 10, **options})


def hit(key: object, **source: object) -> dict[str, object]:
    return {"_id": key, "_score": 1.5, "_source": source}


def test_queries_are_found_by_id_or_text_in_the_order_of_the_judgements(tmp_path: Path) -> None:
    rows = [
        {"query": "blue", "hits": [hit("b", title="B")]},
        {"query_id": "q1", "hits": {"hits": [hit("a", title="A"), hit(7, name="seven")]}},
        {"query": "unknown", "hits": []},
    ]
    first, second = read(tmp_path, *rows)
    assert (first.query_id, first.query, second.query_id) == ("q1", "red", "q2")
    assert [(each.id, each.title, each.score) for each in first.hits] == [
        ("a", "A", 1.5),
        ("7", "seven", 1.5),
    ]
    assert len(read(tmp_path, *rows, size=1)[0].hits) == 1


def test_the_model_gets_the_fields_that_are_named(tmp_path: Path) -> None:
    row = {"query": "red", "hits": [hit("a", price=3, brand={"name": "B"}, sku="s1", title="T")]}
    (found,) = read(tmp_path, row, fields=("title", "brand.name"), id_field="sku")
    assert found.hits[0].document == {"title": "T", "brand": {"name": "B"}}
    assert found.hits[0].id == "s1"
    (whole,) = read(tmp_path, row)
    assert isinstance(whole.hits[0].document, dict)
    assert "price" in whole.hits[0].document


def test_a_hit_may_be_a_text_and_half_an_emoji_is_mended(tmp_path: Path) -> None:
    row = '{"query": "red", "hits": [{"_id": "a", "text": "cut \\ud83d"}]}'
    (found,) = read(tmp_path, row)
    assert found.hits[0].document == found.hits[0].title == "cut \ufffd"


def test_a_compressed_file_is_read_to_its_end(tmp_path: Path) -> None:
    zstandard = pytest.importorskip("zstandard")
    path = tmp_path / "candidates.jsonl.zst"
    rows = [{"query": query, "hits": [hit("a")]} for query in ("red", "blue")]
    frames = (zstandard.compress(json.dumps(row).encode() + b"\n") for row in rows)
    path.write_bytes(b"".join(frames))
    assert len(read_candidates(path, JUDGEMENTS, size=1)) == 2
    path.write_bytes(path.read_bytes()[:-5] + b"wrong")
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_candidates(path, JUDGEMENTS, size=1)


def test_a_query_id_of_null_is_none(tmp_path: Path) -> None:
    (found,) = read(tmp_path, {"query_id": None, "query": "red", "hits": [hit("a")]})
    assert found.query_id == "q1"


def test_every_fault_has_its_line(tmp_path: Path) -> None:
    rows = [
        {"query": "red", "hits": [hit("a"), hit("a")]},
        {"query": "red"},
        "{",
        {"query": "red", "hits": [{"_id": "a"}]},
        {"query": "blue", "hits": [hit(None)]},
        {"query_id": "q9", "hits": []},
        {"query": "x", "hits": []},
        {"query": "x", "hits": []},
        [],
    ]
    with pytest.raises(EvaluationError) as caught:
        read(tmp_path, *rows)
    lines = caught.value.message.split("\n")
    assert [line.partition("line ")[2][0] for line in lines] == [*"12345689"]
    words = (
        "hit twice",
        '"hits"',
        "not JSON",
        "`_source`",
        "`_id`",
        "no text",
        "already",
        "is not",
    )
    assert all(word in line for word, line in zip(words, lines, strict=True))


def test_a_file_without_candidates_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="holds no candidates"):
        read(tmp_path, "")
    with pytest.raises(EvaluationError, match="cannot be read"):
        read_candidates(tmp_path / "none", JUDGEMENTS, size=1)
