"""`rerank-sidecar rerank-file` with the shipped model."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sidecar import Reranker
from sidecar.cli import app
from sidecar.errors import StartupError
from tests.workshop.bulk.by_length import read_rows, row, write_rows

TITLES = ("Plain sock", "Red running shoe", "Blue shoe")


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["rerank-file", *map(str, arguments)])


def test_scores_are_those_of_the_reranker_and_rejects_are_said(tmp_path: Path) -> None:
    rows = [row(1, *TITLES), {"query": "shoes"}, {**row(2, *TITLES), "query": "socks"}]
    source = write_rows(tmp_path / "in.jsonl", rows)
    result = run(source, tmp_path / "out.jsonl", "--window", "2", "--fields", "title")
    assert result.exit_code == 0, result.output
    assert "1 row not understood" in result.output
    with Reranker.open() as reranker:
        for query, found in zip(("shoes", "socks"), read_rows(tmp_path / "out.jsonl"), strict=True):
            ranked = reranker.rerank(query, [{"title": title} for title in TITLES[:2]]).ranked
            *reranked, behind = found["hits"]
            assert [(hit["_id"], hit["_score"]) for hit in reranked] == [
                (f"p{each.index}", each.score) for each in ranked
            ]
            assert behind["_score"] == 7.5
    assert [each["line"] for each in read_rows(tmp_path / "out.jsonl.rejects.jsonl")] == [2]


def test_faults_are_one_line(tmp_path: Path) -> None:
    source, target = write_rows(tmp_path / "in.jsonl", [row(1, *TITLES)]), tmp_path / "out.jsonl"
    nonsense = write_rows(tmp_path / "nonsense.jsonl", ["a", 1])
    text = tmp_path / "in.parquet"
    text.write_text(json.dumps(row(1, *TITLES)))
    for arguments, message in (
        ((tmp_path / "none.jsonl", target), "none.jsonl cannot be read: No such file"),
        ((source, tmp_path / "none" / "out"), "cannot be written: No such file"),
        ((source, tmp_path / "out.jsonl.zst"), "the output is not compressed"),
        ((source, target, "--profile", "shop"), "there is no profile 'shop'"),
        ((source, target, "--model", tmp_path), str(tmp_path)),
        ((nonsense, target), "2 rows not understood"),
        ((source, target, "--actors", "2"), "--actors goes with --ray"),
        ((source, target, "--actor-cores", "1"), "--actor-cores goes with --ray"),
    ):
        result = run(*arguments)
        assert isinstance(result.exception, StartupError), (arguments, result.output)
        assert message in result.exception.message
        assert "\n" not in result.exception.message
    assert not (tmp_path / "out.jsonl.rankings").exists()


@pytest.mark.parametrize("ending", ["jsonl.zst", "jsonl"])
def test_damaged_files_are_said(tmp_path: Path, ending: str) -> None:
    pytest.importorskip("zstandard")
    source = tmp_path / f"in.{ending}"
    source.write_bytes(b"\xff\x00 no such thing\n")
    result = run(source, tmp_path / "out.jsonl")
    assert isinstance(result.exception, StartupError)
    expected = "is damaged after line 0" if "zst" in ending else "1 row not understood"
    assert expected in result.exception.message
