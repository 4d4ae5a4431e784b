"""`rerank-sidecar judgements`."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from sidecar.cli import app
from sidecar.errors import StartupError


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["judgements", *map(str, arguments)])


@pytest.fixture
def qrels(tmp_path: Path) -> Path:
    path = tmp_path / "qrels.txt"
    path.write_text("q1 0 p1 3\nq1 0 p1 3\nq2 0 p1 0\n")
    return path


def test_convert_writes_another_format_and_says_what_it_saw(qrels: Path, tmp_path: Path) -> None:
    (tmp_path / "q.tsv").write_text("q1\tred shoes\nq2\tblue\n")
    out = tmp_path / "case.csv"
    result = run("convert", qrels, out, "--queries", tmp_path / "q.tsv")
    assert result.exit_code == 0, result.output
    assert out.read_text() == "query,docid,rating\nred shoes,p1,3\nblue,p1,0\n"
    assert "line 2: document 'p1' of query 'q1' is judged as in line 1" in result.output
    assert "query 'q2' has no relevant document" in result.output
    assert f"{out}: 2 judgements of 2 queries" in result.output.replace("\n", "")


def test_a_file_with_faults_leaves_what_was_there(qrels: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("old")
    with qrels.open("a") as file:
        file.write("q2 0 p1 2\n")
    result = run("convert", qrels, out)
    assert isinstance(result.exception, StartupError)
    assert "line 4" in result.exception.message
    assert out.read_text() == "old"


def test_the_format_of_out_may_be_named(qrels: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    assert run("convert", qrels, out, "--from", "trec", "--to", "jsonl").exit_code == 0
    assert out.read_text().startswith('{"query_id": "q1", "document_id": "p1", "grade": 3.0}')
