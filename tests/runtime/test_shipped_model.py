"""What the package promises of the model that comes with it."""

from pathlib import Path

import pytest

from sidecar.runtime.canonical import canonical_pairs
from sidecar.runtime.families import logits
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.onnx_session import OnnxSession
from sidecar.runtime.runs import batch
from sidecar.runtime.tokenizer import PairTokenizer

LIMIT_BYTES = 25_000_000


def test_it_fits_the_package(folder: Path) -> None:
    assert sum(path.stat().st_size for path in folder.iterdir()) <= LIMIT_BYTES


def test_both_graphs_stand_on_one_weight_file(manifest: Manifest) -> None:
    assert set(manifest.graphs) == {"int8", "float"}
    assert manifest.graphs["int8"].runs == "single"
    assert manifest.graphs["float"].devices == ("cpu", "cuda")
    assert [name for name in manifest.files if name.endswith(".bin")] == ["weights.int8.bin"]


def test_int8_keeps_the_order_of_the_float_graph(
    int8: OnnxSession, float32: OnnxSession, manifest: Manifest, tokenizer: PairTokenizer
) -> None:
    runs = [
        batch([pair], manifest.padding, tokenizer.pad_id)
        for pair in canonical_pairs(manifest, tokenizer)
    ]
    low = [float(logits(int8.run(run))[0]) for run in runs]
    high = [float(logits(float32.run(run))[0]) for run in runs]
    assert low == pytest.approx(high, abs=0.5)
    assert low != high, "they are two graphs"


def test_its_card_names_sources_and_licences(folder: Path, manifest: Manifest) -> None:
    card = (folder / "README.md").read_text()
    assert manifest.licence == "Apache-2.0"
    assert manifest.sources
    for source in manifest.sources:
        assert source.name in card
        assert source.licence in card


def test_it_beats_bm25_by_its_own_manifest(manifest: Manifest) -> None:
    bm25, int8 = manifest.quality["bm25"], manifest.quality["int8"]
    measured = [measure for measure in int8 if measure.endswith("nDCG@10")]
    assert len(measured) >= 4
    for measure in measured:
        assert int8[measure] > bm25[measure]
