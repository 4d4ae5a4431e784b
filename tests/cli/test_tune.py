"""The command from end to end, and the start after it. No test here asserts a speed."""

import json
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from sidecar.errors import StartupError
from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.options import RuntimeOptions
from sidecar.runtime.runs import Layout
from sidecar.runtime.tuned_layouts import state_folder
from sidecar.settings import load
from sidecar.workshop.sidecar_process import SidecarProcess


def tune(*flags: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "sidecar", "tune", "--seconds=1", "--beside-others", *flags],
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
        env={**os.environ, "COLUMNS": "200", **environment},
    )


@pytest.fixture(scope="module")
def requests(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Short texts: the measurement is not the test."""
    path = tmp_path_factory.mktemp("requests") / "requests.jsonl"
    path.write_text('{"query": "q", "documents": ["one", "two", "three", "four"]}\n')
    return f"--requests={path}"


def layout_of(url: str) -> dict[str, object]:
    with urllib.request.urlopen(f"{url}/info", timeout=30) as answer:
        layout: dict[str, object] = json.load(answer)["layout"]
    return layout


def test_the_next_start_serves_with_the_kept_layout(tmp_path: Path, requests: str) -> None:
    done = tune(f"--state={tmp_path}", requests)
    assert done.returncode == 0, done.stderr
    for word in ("(default)", "pairs/s", "--runtime onnxruntime --graph float", "Kept in"):
        assert word in done.stdout
    (path,) = (tmp_path / "layouts").iterdir()
    kept = json.loads(path.read_bytes())

    # As if another layout had won: which one wins here is not known beforehand.
    kept["workers"] = 5
    path.write_text(json.dumps(kept))
    with SidecarProcess({"state": tmp_path}) as sidecar:
        layout = layout_of(sidecar.url)
    assert layout["workers"] == 5
    assert layout["source"] == f"tuned {kept['measured']}"

    with SidecarProcess({"state": tmp_path, "workers": 1}) as sidecar:
        layout = layout_of(sidecar.url)
    assert (layout["workers"], layout["source"]) == (1, "setting")


def test_nothing_is_kept_in_a_folder_that_cannot_be_written(tmp_path: Path, requests: str) -> None:
    """A state folder below a file, as if read-only: a winner is shown as flags."""
    (tmp_path / "file").write_text("")
    done = tune(f"--state={tmp_path / 'file' / 'state'}", requests, RERANK_WORKERS="2")
    assert done.returncode == 0, done.stderr
    assert "cannot be written" in done.stdout
    tie = "Nothing beats the default" in done.stdout
    assert ("--workers" in done.stdout) != tie
    assert ("--token-budget 0" in done.stdout) != tie
    assert done.stdout.startswith("The settings fix workers:"), "before the measurement"
    with SidecarProcess({"state": tmp_path / "file" / "state"}) as sidecar:
        assert layout_of(sidecar.url)["source"] == "default"


def test_a_dry_run_keeps_nothing(tmp_path: Path, requests: str) -> None:
    done = tune("--dry-run", requests, XDG_STATE_HOME=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "kept (--dry-run)" in done.stdout
    assert list(tmp_path.iterdir()) == []


def test_a_failure_is_one_line_and_status_1(tmp_path: Path) -> None:
    long = tmp_path / "long.jsonl"
    long.write_text(json.dumps({"query": "word " * 600, "documents": ["one"]}))
    for flag in (f"--model={tmp_path}", "--device=tpu", "--graph=none", f"--requests={long}"):
        done = tune(flag)
        assert done.returncode == 1
        assert done.stderr.strip().splitlines()[-1].startswith("rerank-sidecar: ")
        assert "Traceback" not in done.stderr


def test_help_loads_no_runtime() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from sidecar.cli import app;"
        "assert CliRunner().invoke(app, ['tune', '--help']).exit_code == 0;"
        "print([m for m in ('onnxruntime', 'numpy', 'tokenizers') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_the_state_folder_follows_the_xdg_convention(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("RERANK_STATE", raising=False)
    monkeypatch.delenv("XDG_STATE_HOME", raising=False)
    assert state_folder(load().state) == tmp_path / ".local" / "state" / "rerank-sidecar"
    monkeypatch.setenv("XDG_STATE_HOME", "relative")
    assert state_folder(load().state) == tmp_path / ".local" / "state" / "rerank-sidecar"
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "xdg"))
    assert state_folder(load().state) == tmp_path / "xdg" / "rerank-sidecar"
    monkeypatch.setenv("RERANK_STATE", str(tmp_path / "own"))
    assert state_folder(load().state) == tmp_path / "own"


def test_threads_and_workers_share_the_cores_where_one_is_given() -> None:
    def layout(**fixed: int) -> Layout:
        return ModelFolder.read(None, RuntimeOptions(graph="int8", **fixed)).layout()

    single = layout(workers=1)
    assert layout(threads=single.intra_op_threads).workers == 1
    both = layout(workers=3, threads=2)
    assert (both.workers, both.intra_op_threads) == (3, 2)
    with pytest.raises(StartupError, match="one pair per run"):
        layout(threads=1, token_budget=512)
