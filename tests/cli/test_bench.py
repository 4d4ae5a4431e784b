"""The command from end to end. No test here asserts a speed."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from sidecar.workshop.bench.machine import read_memory
from sidecar.workshop.sidecar_process import SidecarProcess


def bench(*flags: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "sidecar", "bench", *flags]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def test_it_prints_every_figure_and_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "figures.json"
    done = bench("--rounds=1", "--documents=8", f"--json={path}")
    assert done.returncode == 0, done.stderr
    for word in ("over HTTP", "bare: single pairs", "p99", "tokenize", "target 0.9", "Memory"):
        assert word in done.stdout

    report = orjson.loads(path.read_bytes())
    assert {"cpu", "cores", "amx", "vnni", "bf16", "onnxruntime"} <= report["machine"].keys()
    assert report["model"]["graph"] == "int8"
    assert report["workload"]["pairs"] == 8
    assert report["http"]["pairs_per_second"]["median"] > 0
    assert list(report["http"]["request_ms"]) == ["p50", "p95", "p99"]
    assert sum(report["http"]["share"].values()) == pytest.approx(1)
    assert report["best_bare"] in [loop["name"] for loop in report["bare"]]
    assert [loop["company"] for loop in report["bare"]] == [False, False, True, True, True]
    assert all(loop["ratio"]["median"] > 0 for loop in report["bare"])
    assert report["overhead_ms"]["total"] > 0
    assert report["overhead_ms"]["tokenizing"]["wall"] > 0
    assert report["structured_ms"]["most"] >= report["structured_ms"]["median"] > 0
    feeds = {"new values", "accents", "shopify", "magento", "schema-org", "decisions"}
    assert report["feeds_ms"].keys() == feeds
    if sys.platform == "linux":
        assert report["memory_mb"]["peak"] > 50


def test_a_running_sidecar_and_a_file_of_requests(server: SidecarProcess, tmp_path: Path) -> None:
    requests, path = tmp_path / "requests.jsonl", tmp_path / "figures.json"
    line = orjson.dumps({"query": "q", "documents": ["one", {"title": "two"}]})
    requests.write_bytes(b"\n".join([line] * 3))
    done = bench(
        f"--url={server.url}",
        f"--requests={requests}",
        "--rounds=2",
        "--concurrency=2",
        f"--json={path}",
    )
    assert done.returncode == 0, done.stderr
    report = orjson.loads(path.read_bytes())
    assert report["workload"]["requests"] == 6
    assert report["workload"]["pairs"] == 12
    assert report["memory_mb"] is None


def test_a_failure_is_one_line_and_exit_status_1(tmp_path: Path) -> None:
    done = bench("--rounds=1", "--documents=2", "--url=http://127.0.0.1:9")
    assert done.returncode == 1
    assert "127.0.0.1:9" in done.stderr
    assert "Traceback" not in done.stderr

    done = bench("--rounds=1", f"--model={tmp_path}")
    assert done.returncode == 1
    assert "not a model folder" in done.stderr


def test_help_loads_no_runtime() -> None:
    code = (
        "import sys; from typer.testing import CliRunner; from sidecar.cli import app;"
        "assert CliRunner().invoke(app, ['bench', '--help']).exit_code == 0;"
        "print([m for m in ('onnxruntime', 'aiohttp', 'tokenizers') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_memory_is_read_from_proc() -> None:
    memory = read_memory(os.getpid())
    assert memory is not None
    assert 10 < memory.resident <= memory.peak
    assert read_memory(2**30) is None
