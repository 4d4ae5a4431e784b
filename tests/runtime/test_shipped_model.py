"""What the package promises of the model that comes with it."""

from pathlib import Path

import pytest

from sidecar.runtime.canonical import canonical_pairs
from sidecar.runtime.families import logits
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_folder import ModelFolder
from sidecar.runtime.onnx_session import OnnxSession
from sidecar.runtime.options import RuntimeOptions
from sidecar.runtime.runs import batch
from sidecar.runtime.tokenizer import PairTokenizer

LIMIT_BYTES = 25_000_000


def test_it_fits_the_package(folder: Path) -> None:
    assert sum(path.stat().st_size for path in folder.iterdir()) <= LIMIT_BYTES


def test_all_graphs_stand_on_one_weight_file(manifest: Manifest) -> None:
    assert list(manifest.graphs) == ["int8", "float", "int8-adaptive", "float-adaptive"]
    assert manifest.graphs["int8"].runs == "single"
    assert manifest.graphs["float"].devices == ("cpu", "cuda")
    weights = [name for name in manifest.files if name.endswith(".bin")]
    assert weights == ["weights.exits.bin", "weights.int8.bin"], "the exits' heads have their own"


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


def test_irrelevant_pairs_leave_early_at_adaptive_depth(
    folder: Path, manifest: Manifest, tokenizer: PairTokenizer
) -> None:
    """What the exits take for relevant has the whole network's logit; what leaves stays low."""
    adaptive = ModelFolder.read(folder, RuntimeOptions(depth="adaptive"))
    assert adaptive.running.name == "int8-adaptive"
    logits_by_graph = [
        (pair.logits["int8"], pair.logits["int8-adaptive"]) for pair in manifest.canonical
    ]
    moved = [low for full, low in logits_by_graph if abs(full - low) > 0.3]
    assert moved, "the bread does not tell how tall the tower is"
    assert max(moved) < 0
    session = adaptive.session(adaptive.default_layout())  # proves the canonical logits
    best = max(manifest.canonical, key=lambda pair: pair.logits["int8"])
    pair = tokenizer.whole(tokenizer.query(best.query), best.document)
    found = logits(session.run(batch([pair], manifest.padding, tokenizer.pad_id)))
    assert float(found[0]) == pytest.approx(best.logits["int8"], abs=0.5)
