"""`bench kernels`: what it counts is what the model has. No test here asserts a speed."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import orjson
import pytest

from sidecar.runtime.manifest import Manifest
from sidecar.runtime.onnx_session import OnnxSession
from sidecar.runtime.runs import batch
from sidecar.runtime.tokenizer import PairTokenizer
from sidecar.workshop.bench.kernels.bare_matmul import BareMatmul
from sidecar.workshop.bench.kernels.graph_profile import MatmulSize, read_profile

HIDDEN, INNER, LAYERS = 384, 1536, 6


def kernels(*flags: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "sidecar", "bench", "kernels", *flags]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def test_the_profile_finds_every_product_of_the_shipped_model(
    folder: Path, manifest: Manifest, tokenizer: PairTokenizer
) -> None:
    pair = tokenizer.whole(tokenizer.query("red shoes"), "a red running shoe")
    session = OnnxSession.open(folder, manifest.graphs["int8"], "cpu", profile=True)
    for _ in range(2):
        session.run(batch([pair], manifest.padding, tokenizer.pad_id))
    found = read_profile(session.end_profile())
    tokens = len(pair)
    assert found.products == {
        MatmulSize(tokens, HIDDEN, HIDDEN): 4 * LAYERS,
        MatmulSize(tokens, HIDDEN, INNER): LAYERS,
        MatmulSize(tokens, INNER, HIDDEN): LAYERS,
    }
    assert found.attention == LAYERS * 4 * tokens * tokens * HIDDEN
    weights = LAYERS * 2 * tokens * (4 * HIDDEN * HIDDEN + 2 * HIDDEN * INNER)
    assert found.operations == weights + found.attention
    assert list(found.microseconds.values()) == sorted(found.microseconds.values(), reverse=True)


def event(name: str, kind: str, dur: float, read: list[list[int]], written: list[int]) -> dict:
    shapes = [{"float": shape} for shape in read]
    args = {"op_name": kind, "input_type_shape": shapes, "output_type_shape": [{"float": written}]}
    return {"cat": "Node", "name": name, "dur": dur, "args": args}


def test_kinds_are_told_apart_and_an_interrupted_run_does_not_count() -> None:
    run = [
        event("dense", "MatMul", 30, [[1, 8, 16]], [1, 8, 32]),
        event("scores", "MatMul", 9, [[1, 4, 8, 4], [1, 4, 4, 8]], [1, 4, 8, 8]),
        event("fused", "MultiHeadAttention", 5, [[1, 8, 16]] * 3, [1, 8, 16]),
        event("add", "Add", 2, [[1, 8, 32], [32]], [1, 8, 32]),
    ]
    late = [{**each, "dur": 4_000} for each in run]
    session = {"cat": "Session", "name": "model_run", "dur": 99}
    found = read_profile([*late, *run, session])
    assert found.microseconds == {
        "MatMul": 30,
        "MatMul (attention)": 9,
        "MultiHeadAttention": 5,
        "Add": 2,
    }
    assert found.products == {MatmulSize(8, 16, 32): 1}
    assert found.attention == 2 * (4 * 8 * 8) * 4 + 4 * 8 * 8 * 16


def test_a_bare_product_is_the_product() -> None:
    pytest.importorskip("onnx", reason="needs the extra `test` or `build`")
    product = BareMatmul(MatmulSize(5, 64, 48))
    product.run(3)
    rng = np.random.default_rng(1)
    rows = rng.integers(0, 256, (5, 64), dtype=np.uint8).astype(np.int32)
    weights = rng.integers(-127, 128, (64, 48), dtype=np.int8).astype(np.int32)
    assert (product.sums() == (rows - 128) @ weights).all()


def test_the_command_prints_and_writes_its_figures(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="needs the extra `test` or `build`")
    path = tmp_path / "figures.json"
    done = kernels("--length=24", "--length=16", "--repeats=2", f"--json={path}")
    assert done.returncode == 0, done.stderr
    for word in ("GOPS", "DynamicQuantizeMatMul", "of the bare products"):
        assert word in done.stdout
    report = orjson.loads(path.read_bytes())
    assert [one["tokens"] for one in report["lengths"]] == [16, 24]
    for one in report["lengths"]:
        assert sum(one["share"].values()) == pytest.approx(1)
        assert one["milliseconds"]["median"] > 0
        assert one["of_bare"]["median"] > 0
        assert sum(product["count"] for product in one["products"]) == 6 * LAYERS


def test_without_onnx_it_says_so_in_a_line(tmp_path: Path) -> None:
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


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    pytest.importorskip("onnx", reason="needs the extra `test` or `build`")
    done = kernels(f"--model={tmp_path}")
    assert done.returncode == 1
    assert "is not a model folder" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_length_beyond_the_model_is_refused() -> None:
    done = kernels("--length=64", "--length=513")
    assert done.returncode == 1
    assert "--length 513: a pair of this model has at most 512 tokens" in done.stderr
