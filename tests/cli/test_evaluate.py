"""`rerank-sidecar evaluate` with the shipped model."""

import json
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

pytest.importorskip("ir_measures", reason="evaluating needs the extra `learn`")
pytest.importorskip("bm25s", reason="the demo's BM25 needs the extra `demo`")

from sidecar.cli import app
from sidecar.errors import StartupError
from sidecar.workshop.sidecar_process import SidecarProcess
from tests.examples.scripts import importable

FIELDS = "title,brand,category,description,attributes"


def run(folder: Path, *arguments: str | Path) -> Result:
    command = ["evaluate", folder / "judgements.csv", "--state", folder / "state.jsonl"]
    command += ["--candidates", folder / "candidates.jsonl", "--size", "8", "--fields", FIELDS]
    command += ["--max-queries", "4"]
    return CliRunner().invoke(app, [*map(str, command), *map(str, arguments)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """BM25's hits for the demo's queries."""
    folder = tmp_path_factory.mktemp("products")
    with importable("learn"):
        import_module("demo_files").write(folder)
    return folder


def test_the_model_in_this_process_and_a_sidecar_rank_the_same(
    folder: Path, server: SidecarProcess
) -> None:
    reports = [folder / "report.json", folder / "report.html"]
    options: list[str | Path] = ["--json", reports[0], "--html", reports[1]]
    options += ["--rerank", "profile=ecommerce"]
    options += ["--rerank", f"name=over http,profile=ecommerce,sidecar={server.url}"]
    result = run(folder, *options)
    assert result.exit_code == 0, result.output
    assert "over http" in result.output
    report = json.loads(reports[0].read_text())
    first, own, over_http = report["rankings"]
    assert own["metrics"] == over_http["metrics"]
    assert own["metrics"]["nDCG@10"]["mean"] > first["metrics"]["nDCG@10"]["mean"]
    assert reports[1].read_text().startswith("<!doctype html>")


def test_faults_are_one_line(folder: Path, server: SidecarProcess, tmp_path: Path) -> None:
    for arguments, message in (
        (("--rerank", "profile=shop"), "there is no profile 'shop'"),
        (("--rerank", f"profile=shop,sidecar={server.url}"), "has no profile 'shop'"),
        (("--rerank", f"model=other,sidecar={server.url}"), "has no model 'other'"),
        (("--rerank", "sidecar=http://127.0.0.1:9"), "127.0.0.1:9"),
        (("--rerank", "model=/none"), "/none"),
        (("--html", tmp_path / "none" / "x.html"), "there is no folder"),
        (("--relevant", "0"), "--relevant"),
    ):
        result = run(folder, *arguments)
        assert isinstance(result.exception, StartupError), (arguments, result.output)
        assert message in result.exception.message
        assert "\n" not in result.exception.message


def test_a_cluster_that_is_away_is_one_line(folder: Path, tmp_path: Path) -> None:
    body = tmp_path / "body.json"
    body.write_text('{"query": {"match": {"title": "{{query}}"}}}')
    command = ["evaluate", str(folder / "judgements.csv"), "--cluster", "http://127.0.0.1:9"]
    command += ["--index", "products", "--body", str(body), "--state", str(tmp_path / "state")]
    result = CliRunner().invoke(app, command)
    assert isinstance(result.exception, StartupError)
    assert "http://127.0.0.1:9" in result.exception.message
    assert not (tmp_path / "state").exists()
