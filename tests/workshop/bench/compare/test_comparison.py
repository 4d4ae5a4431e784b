"""`bench compare` from end to end: a tiny model, ours and a bare loop. No speed is asserted."""

from pathlib import Path

import orjson
import pytest
from typer.testing import CliRunner

pytest.importorskip("torch")

from sidecar.cli import app
from tests.workshop.model.conftest import bert

__all__ = ["bert"]


def test_one_command_compares_and_writes(bert: Path, tmp_path: Path) -> None:
    json, page, plot = (tmp_path / name for name in ("figures.json", "page.md", "plot.png"))
    command = [
        *("bench", "compare", str(bert), "--peers=bare", "--workloads=lognormal,single"),
        *("--rounds=1", "--documents=4", f"--folder={tmp_path / 'kept'}", "--price-per-hour=1"),
        *(f"--json={json}", f"--markdown={page}", f"--plot={plot}"),
    ]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    figures = orjson.loads(json.read_bytes())
    assert [row["key"] for row in figures["rows"]] == ["http", "in-process", "bare"]
    for row in figures["rows"]:
        assert row["failed"] is None
        assert row["workloads"].keys() == {"lognormal", "single"}
        assert row["accuracy"]["pairs"] == 8
        assert row["workloads"]["lognormal"]["ratio"]["median"] > 0
    ours, inside, bare = figures["rows"]
    # The same graph and texts: HTTP changes no logit, and int8 stays near fp32.
    assert ours["accuracy"] == pytest.approx(inside["accuracy"], abs=1e-4)
    assert ours["accuracy"]["mean_relative"] < 0.2
    assert bare["accuracy"]["mean_relative"] < 0.5
    assert bare["batch_size"] in (1, 8, 16, 32, 64)
    assert figures["target"]["peer"] == bare["title"]
    assert "bare onnxruntime loop, int8" in page.read_text()
    assert plot.read_bytes().startswith(b"\x89PNG")


def test_ours_may_have_another_folder_of_the_same_model(bert: Path, tmp_path: Path) -> None:
    kept, exact = tmp_path / "kept", tmp_path / "exact"
    runner = CliRunner()
    for command in (
        ["model", "export", str(bert), str(exact)],
        ["model", "quantize", str(exact), "--to", "int8", "--max-difference", "0"],
    ):
        assert runner.invoke(app, command).exit_code == 0
    json = tmp_path / "figures.json"
    command = [
        *("bench", "compare", str(bert), "--peers=bare", "--workloads=single", "--rounds=1"),
        *("--documents=2", f"--folder={kept}", f"--json={json}", f"--sidecar=model={exact}"),
    ]
    done = runner.invoke(app, command)
    assert done.exit_code == 0, done.output
    ours, inside, bare = orjson.loads(json.read_bytes())["rows"]
    assert ours["accuracy"] == pytest.approx(inside["accuracy"], abs=1e-4)
    assert ours["accuracy"]["mean_relative"] < bare["accuracy"]["mean_relative"] / 2


def test_a_wrong_name_is_refused_before_anything_is_made(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["bench", "compare", "--peers=torch", f"--folder={tmp_path}"])
    assert done.exit_code != 0
    assert "--peers torch" in str(done.exception)
    assert not list(tmp_path.iterdir())
