"""`bench kernels` from end to end. No test here asserts a speed."""

import subprocess
import sys
from pathlib import Path

import orjson
import pytest

PRODUCTS = 6 * 6
"""Matrix products by weights of the shipped model: six in each of six layers."""


def kernels(*flags: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "sidecar", "bench", "kernels", *flags]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def test_the_command_prints_and_writes_its_figures(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="needs the extra `test` or `build`")
    path = tmp_path / "figures.json"
    done = kernels("--length=24", "--length=16", "--repeats=2", f"--json={path}")
    assert done.returncode == 0, done.stderr
    for word in ("GOPS", "DynamicQuantizeMatMul", "of the bare products"):
        assert word in done.stdout
    report = orjson.loads(path.read_bytes())
    assert [length["tokens"] for length in report["lengths"]] == [16, 24]
    for length in report["lengths"]:
        assert sum(length["share"].values()) == pytest.approx(1)
        assert length["milliseconds"]["median"] > 0
        assert length["of_bare"]["median"] > 0
        assert sum(product["count"] for product in length["products"]) == PRODUCTS


def test_without_onnx_it_fails_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "onnx.py").write_text("raise ModuleNotFoundError(name='onnx')")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path)!r}); sys.argv[1:] = ['bench', 'kernels'];"
        "from sidecar.cli import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=100, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("rerank-sidecar: onnx is missing")
    assert len(done.stderr.splitlines()) == 1


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="needs the extra `test` or `build`")
    done = kernels(f"--model={tmp_path}")
    assert done.returncode == 1
    assert "is not a model folder" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_length_beyond_the_model_is_refused() -> None:
    done = kernels("--length=64", "--length=513")
    assert done.returncode == 1
    assert "--length 513: a pair of this model has at most 512 tokens" in done.stderr
