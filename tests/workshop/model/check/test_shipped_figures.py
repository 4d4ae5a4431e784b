"""What docs/models.md says of the shipped models, measured again on the judged collections.

It takes many minutes, so RERANK_DATA must be set.
"""

import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

pytest.importorskip("ir_measures", reason="measuring models needs the extra `build`")
pytest.importorskip("bm25s", reason="measuring models needs the extra `build`")
pytest.importorskip("zstandard", reason="measuring models needs the extra `build`")

from sidecar.runtime.manifest import Manifest
from sidecar.runtime.shipped_models import shipped_model
from sidecar.workshop.model.check.bm25_baseline import bm25_scores
from sidecar.workshop.model.check.judged_collection import JudgedCollection, read_judged
from sidecar.workshop.model.check.quality import METRICS, measure
from sidecar.workshop.model.runner import Floats, Runner

ROOT = Path(__file__).parents[4]
DEV = Path(os.environ.get("RERANK_DATA", "")) / "dev"
FOLDERS = {
    "minilm-en": shipped_model(),
    "multi-small": ROOT / "models" / "multi-small" / "rerank_sidecar_multi_small" / "model",
}
QUERIES_OF = {"covidqa": 60, "stard_zh": 40, "cuad": 40}
"""Of others all queries are measured."""
CANDIDATES = {"stard_zh": 100}
"""Only its relevant documents are judged: BM25's best are ranked."""
TOLERANCE = 0.01


def figures() -> Iterator[tuple[str, str, float]]:
    """(collection, ranker, nDCG@10) of the table under "Which model"."""
    text = (ROOT / "docs" / "models.md").read_text(encoding="utf8")
    lines = text.partition("\n| collection |")[2].splitlines()
    rankers = [cell.strip(" `") for cell in lines[0].strip("|").split("|")]
    for line in lines[2:]:
        if not line.startswith("|"):
            return
        name, *cells = line.strip("|").split("|")
        found = re.search(r"\((\w+)", name)
        assert found, line
        for ranker, cell in zip(rankers, cells, strict=True):
            if value := re.fullmatch(r"\s*\**(\.\d+)\**\s*", cell):
                yield found[1], ranker, float(value[1])


@cache
def collection(name: str) -> JudgedCollection:
    return read_judged(DEV / name, QUERIES_OF.get(name), candidates=CANDIDATES.get(name))


@cache
def runner(model: str) -> Runner:
    folder = FOLDERS[model].resolve()
    manifest = Manifest.read(folder)
    return Runner.open(folder, manifest, manifest.graphs["int8"])


def scores(ranker: str, judged: JudgedCollection) -> Floats:
    return bm25_scores(judged) if ranker == "BM25" else runner(ranker).logits(judged.pairs)


def test_the_table_is_found_whole() -> None:
    rankers = {ranker for _, ranker, _ in figures()}
    assert rankers == {"BM25", *FOLDERS}
    assert len(list(figures())) > 20


@pytest.mark.data
@pytest.mark.skipif("RERANK_DATA" not in os.environ, reason="set RERANK_DATA: takes minutes")
@pytest.mark.parametrize(("name", "ranker", "expected"), list(figures()))
def test_a_figure_of_the_docs_is_found_again(name: str, ranker: str, expected: float) -> None:
    judged = collection(name)
    found = measure(judged, scores(ranker, judged)).mean(METRICS[0])
    assert found == pytest.approx(expected, abs=TOLERANCE)
