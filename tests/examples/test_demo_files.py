"""examples/learn/demo_files.py: what the pages on evaluating show is what the command prints."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from typer.testing import CliRunner

pytest.importorskip("ir_measures", reason="evaluating needs the extra `learn`")
pytest.importorskip("bm25s", reason="the demo's BM25 needs the extra `demo`")

from sidecar.cli import app
from tests.examples.scripts import importable

ROOT = Path(__file__).parents[2]
PAGES = (ROOT / "README.md", ROOT / "docs" / "learning.md")
ROW = re.compile(r"^│ (first stage|plain|ecommerce) +│.*$", re.MULTILINE)


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("demo")
    with importable("learn"):
        import_module("demo_files").write(folder)
    command = ["evaluate", folder / "judgements.csv", "--candidates", folder / "candidates.jsonl"]
    command += ["--fields", "title,brand,category,description,attributes", "--size", "50"]
    command += ["--rerank", "profile=plain", "--rerank", "profile=ecommerce"]
    command += ["--state", folder / "state.jsonl"]
    result = CliRunner().invoke(app, [*map(str, command)], env={"COLUMNS": "100"})
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_figures_on_the_page_are_printed(printed: str, page: Path) -> None:
    shown = [row[0] for row in ROW.finditer(page.read_text()) if "." in row[0]]
    quality = [row for row in shown if "%" in row or " to " in row]
    assert quality, "the page shows the quality of each order"
    for row in quality:
        assert row in printed
