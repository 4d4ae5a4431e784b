"""`rerank-sidecar experiment`."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from mappings.experiments import stop_arm
from sidecar.cli import app
from sidecar.errors import ExperimentFault
from tests.mappings.experiments.files import arms, teams, write


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, ["experiment", *map(str, arguments)])


def test_check_shows_the_arms_and_where_a_user_is(tmp_path: Path) -> None:
    path = write(tmp_path, arms(a=0.5, b=0.5) + 'profile = "ecommerce"\ndepth = 100\n')
    write(tmp_path, 'method = "interleave"\ncanary_share = 0.2\n' + teams("x", "y"), "draft")
    stop_arm(path, "b", "slow", datetime(2026, 12, 3, tzinfo=UTC))
    result = run("check", tmp_path, "--unit", "anna")
    assert result.exit_code == 0, result.output
    assert result.output.splitlines() == [
        "draft: interleave by user, 0.2 of all take part",
        "  x: as the search asks, the control",
        "  y: as the search asks",
        "  anna: does not take part",
        "weights: split by user, 1 of all take part",
        "  a 0.5: as the search asks, the control",
        "  b 0.5: profile ecommerce, depth 100, stopped 2026-12-03 00:00: slow",
        "  anna: b, which is stopped",
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (teams("a", "b") + 'profile = "nope"\n', "the arm b: there is no profile nope, only chin"),
        (teams("a", "b") + 'model = "nope"\n', "the arm b: there is no model nope, only next"),
        (teams("a"), "arms: Tuple should have at least 2 items"),
    ],
)
def test_check_says_the_first_fault(tmp_path: Path, text: str, message: str) -> None:
    result = run("check", write(tmp_path, text), "--model", "next")
    assert result.exit_code == 1
    assert isinstance(result.exception, ExperimentFault)
    assert result.exception.message.startswith(f"weights.toml: {message}")


def test_check_takes_profiles_of_ones_own_and_no_empty_folder(tmp_path: Path) -> None:
    (tmp_path / "shop.yaml").write_text("name: shop\nextends: ecommerce\n")
    write(tmp_path, teams("a", "b") + 'profile = "shop"\nmodel = "next"\n')
    assert run("check", tmp_path, "--profiles", tmp_path).exit_code == 0
    (tmp_path / "empty").mkdir()
    result = run("check", tmp_path / "empty")
    assert isinstance(result.exception, ExperimentFault)


def test_the_schema_is_json() -> None:
    result = run("schema")
    assert result.exit_code == 0
    assert "canary_share" in json.loads(result.output)["properties"]
