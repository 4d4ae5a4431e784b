"""A decoder's int8 graph."""

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
