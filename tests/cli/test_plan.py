"""`rerank-sidecar plan`, as a user types it."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

from sidecar.cli import app
from sidecar.errors import StartupError
from sidecar.workshop.bench.json_figures import to_json
from tests.workshop.planning.nodes import node_figures

TRAFFIC = """
[queries]
per_second = 2.0
[hits]
per_query = 10
[pairs]
median_tokens = 20
[promise]
deadline_ms = 2000
"""


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    traffic, node = tmp_path / "traffic.toml", tmp_path / "node.json"
    traffic.write_text(TRAFFIC)
    node.write_bytes(to_json({"node": node_figures()}))
    return [str(traffic), str(node)]


def test_it_prints_the_plan_and_writes_both_reports(files: list[str], tmp_path: Path) -> None:
    json, html = tmp_path / "plan.json", tmp_path / "plan.html"
    options = ["--rates=10", "--queries=100", f"--json={json}", f"--html={html}"]
    done = CliRunner().invoke(app, ["plan", *files, *options], catch_exceptions=False)
    assert done.exit_code == 0
    assert "10/s" in done.output
    figures = orjson.loads(json.read_bytes())
    assert [row["rate"] for row in figures["rows"]] == [2.0, 10.0]
    assert figures["rows"][0]["replicas"] >= 1
    assert figures["node"]["model"] == "made-up"
    assert html.read_text().startswith("<!doctype html>")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--replicas=0"], "--replicas 0: needs at least one"),
        (["--rates=ten"], "is no list of numbers"),
        (["--rates=-1"], "rates are above 0"),
        (["--rates=nan"], "rates are above 0"),
        (["--json=nowhere/plan.json"], "there is no folder nowhere"),
    ],
)
def test_wrong_options_are_one_line(files: list[str], options: list[str], words: str) -> None:
    done = CliRunner().invoke(app, ["plan", *files, *options])
    assert isinstance(done.exception, StartupError)
    assert words in done.exception.message


def test_files_that_are_exchanged_are_one_line(files: list[str]) -> None:
    done = CliRunner().invoke(app, ["plan", *reversed(files)])
    assert isinstance(done.exception, StartupError)
    assert "is not TOML" in done.exception.message
