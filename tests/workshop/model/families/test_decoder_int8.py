"""A decoder's int8 graph, and the benchmark of the 0.6B shape on a small one."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="building models needs the extra `build`")

from sidecar.errors import StartupError
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.options import RuntimeOptions
from sidecar.runtime.runs import layout_for
from sidecar.workshop.model.canonical import PAIRS
from sidecar.workshop.model.package import export
from sidecar.workshop.model.quantizing.quantize import QuantizeSpec, quantize
from sidecar.workshop.model.runner import Runner
from tests.workshop.model.decoders import save_decoder


def test_the_speed_example_runs_on_a_small_shape(tmp_path: Path) -> None:
    root = Path(__file__).parents[4]
    script = root / "examples" / "decoder" / "speed.py"
    environment = {**os.environ, "PYTHONPATH": str(root)}
    shape = "--layers 2 --hidden 64 --heads 2 --ffn 128 --vocabulary 5000 --lengths 32 64".split()
    command = [sys.executable, str(script), str(tmp_path), *shape]
    for _ in range(2):  # again, on what is there
        done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)
        assert done.returncode == 0, done.stderr
        rows = [line.split("│")[1:-1] for line in done.stdout.splitlines() if line.count("│") > 2]
        figures = {
            row[0].strip(): [float(cell.replace(",", "")) for cell in row[1:]] for row in rows
        }
        assert figures["fp32"][0] > figures["int8"][0]
        assert all(value > 0 for length in ("32", "64") for value in figures[length])


def test_int8_scores_one_pair_at_a_time(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    export(str(save_decoder(tmp_path / "tiny-decoder")), folder, "tiny")
    assert quantize(folder, QuantizeSpec(("int8",), search=False)).new_graphs == ("int8", "float")
    manifest = Manifest.read(folder)
    graph = manifest.graphs["int8"]
    assert (graph.runs, graph.devices) == ("single", ("cpu",))
    with pytest.raises(StartupError, match="one pair per run"):
        layout_for(RuntimeOptions(token_budget=1024), graph, cores=2)
    integer = Runner.open(folder, manifest, graph)
    float32 = Runner.open(folder, manifest, manifest.graphs["float"])
    pairs = integer.encoded(PAIRS)
    assert integer.alone(pairs).tolist() == integer.alone(pairs[::-1])[::-1].tolist()
    assert not np.allclose(integer.together(pairs), integer.alone(pairs), atol=1e-4)  # the reason
    assert np.allclose(integer.alone(pairs), float32.alone(pairs), atol=0.3)
