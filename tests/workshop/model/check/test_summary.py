"""The line of `model check` that can be pasted."""

import re

import pytest

pytest.importorskip("ir_measures", reason="measuring models needs the extra `build`")

from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.workshop.model.check import summary
from sidecar.workshop.model.check.speed import Speed
from sidecar.workshop.model.check.summary import line, summary_lines


def test_it_says_speed_size_and_both_measures() -> None:
    quality = {"int8": {"a nDCG@10": 0.7694, "a MRR@10": 0.706, "b nDCG@10": 0.5, "b MRR@10": 0.4}}
    manifest = Manifest.read(shipped_model()).model_copy(update={"quality": quality})
    text = line(manifest, "int8", 23_700_000, Speed(68.123, 120.6), "AMD EPYC 9R14")
    assert text == (
        "minilm-en int8: 68.1 pairs/s per core at 121 tokens (AMD EPYC 9R14), 23.7 MB, "
        "nDCG@10 / MRR@10 0.769 / 0.706 (a), 0.500 / 0.400 (b), 0.635 / 0.553 (mean)"
    )
    unmeasured = line(manifest, "float", 23_700_000, Speed(5, 120), "CPU")
    assert unmeasured == "minilm-en float: 5 pairs/s per core at 120 tokens (CPU), 23.7 MB"


def test_every_graph_that_runs_on_a_cpu_has_its_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(summary, "PAIRS", 2)
    folder = shipped_model()
    manifest = Manifest.read(folder)
    lines = list(summary_lines(folder, manifest))
    graphs = ("int8", "float", "int8-adaptive", "float-adaptive")
    assert [text.partition(":")[0] for text in lines] == [f"minilm-en {name}" for name in graphs]
    for name, text in zip(graphs, lines, strict=True):
        assert re.search(r": \d\S* pairs/s per core at \d+ tokens \(.+\), 2\d\.\d MB", text)
        assert ("nDCG" in text) == (name in manifest.quality)
