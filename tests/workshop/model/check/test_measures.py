"""The measures of `model check` on sets made by hand; torch is not needed."""

import json
import math
import os
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("ir_measures", reason="measuring models needs the extra `build`")
pytest.importorskip("zstandard", reason="measuring models needs the extra `build`")
pytest.importorskip("scipy", reason="measuring models needs the extra `build`")
pytest.importorskip("onnx", reason="measuring models needs the extra `build`")

import zstandard

from sidecar.errors import ModelError
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.workshop.model.check.bm25_baseline import bm25_scores
from sidecar.workshop.model.check.census import by_cuda, shares
from sidecar.workshop.model.check.gate import gate
from sidecar.workshop.model.check.judged_collection import JudgedCollection, Pool, read_judged
from sidecar.workshop.model.check.parity import parity
from sidecar.workshop.model.check.quality import interval, measure
from sidecar.workshop.model.runner import Runner

ROOT = Path(__file__).parents[4]
DEV = Path(os.environ.get("RERANK_DATA", ROOT.parent / "shared" / "data")) / "dev"
TRECQA = DEV / "trecqa_dev"


def pool(grades: list[float], name: str = "q") -> Pool:
    return Pool(name, "query", {str(document): grade for document, grade in enumerate(grades)})


def judged(*pools: Pool, threshold: float = 1) -> JudgedCollection:
    return JudgedCollection("set", {str(i): f"word{i}" for i in range(20)}, pools, threshold)


def test_gain_threshold_and_cut_are_those_of_the_formulas() -> None:
    graded = judged(pool([0, 3, 1, 2]), threshold=2)
    quality = measure(graded, np.array([0.9, 0.1, 0.5, 0.7]))  # order: 0, 3, 2, 1
    gains = [0, 3, 1, 7]
    best = [7, 3, 1, 0]
    dcg, ideal = (sum(g / math.log2(i + 2) for i, g in enumerate(x)) for x in (gains, best))
    assert quality.mean("nDCG@10") == pytest.approx(dcg / ideal)
    assert quality.mean("MRR@10") == 0.5  # grade 2 stands second
    low = judged(pool([0] * 10 + [1]))
    assert measure(low, -np.arange(11.0)).mean("MRR@10") == 0.0  # at place 11
    assert measure(low, np.arange(11.0)).mean("MRR@10") == 1.0


def test_equal_scores_keep_the_order_of_the_judgements() -> None:
    first = measure(judged(pool([1, 0, 0])), np.zeros(3))
    last = measure(judged(pool([0, 0, 1])), np.zeros(3))
    assert first.mean("MRR@10") == 1.0
    assert last.mean("MRR@10") == pytest.approx(1 / 3)


def test_grades_may_be_fractions() -> None:
    quality = measure(judged(pool([2.33, 1.0]), threshold=2), np.array([0.0, 1.0]))
    gains = [2**g - 1 for g in (1.0, 2.33)]
    dcg, ideal = (g[0] + g[1] / math.log2(3) for g in (gains, gains[::-1]))
    assert quality.mean("nDCG@10") == pytest.approx(dcg / ideal, abs=1e-3)
    assert quality.mean("MRR@10") == 0.5


def test_an_interval_repeats_itself_and_shrinks_with_the_queries() -> None:
    values = np.tile([0.0, 1.0], 50)
    low, high = interval(values)
    assert (low, high) == interval(values)
    assert 0.38 < low < 0.42
    assert 0.58 < high < 0.62
    wide = interval(values[:10])
    assert wide[1] - wide[0] > 2 * (high - low)
    assert interval(np.zeros(5)) == (0.0, 0.0)


def test_queries_judged_all_alike_are_left_out_and_zst_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "chorus"  # its threshold is 2
    folder.mkdir()
    corpus = [
        {"_id": "a", "text": "x", "title": "t"},
        {"_id": 7, "fields": {"title": "lamp", "brand": "B", "attributes": {"watt": 5}}},
    ]
    queries = [{"_id": q, "text": q} for q in ("flat", "low", "good", "late")]
    for name, rows in (("corpus", corpus), ("queries", queries)):
        text = "\n".join(map(json.dumps, rows)).encode()
        (folder / f"{name}.jsonl.zst").write_bytes(zstandard.compress(text))
    lines = [
        "flat\ta\t2",
        "flat\t7\t3",
        "low\ta\t1",
        "low\t7\t0",
        "good\ta\t0",
        "good\t7\t3",
        "late\t7\t2",
        "late\ta\t0",
        "late\tunknown\t3",
    ]
    (folder / "qrels.tsv").write_text("\n".join(lines))
    collection = read_judged(folder, None)
    assert [p.query_id for p in collection.pools] == ["good", "late"]
    assert collection.pools[0].grades == {"a": 0.0, "7": 3.0}
    assert collection.pairs[1] == ("good", "lamp B  watt 5")
    assert collection.texts["a"] == "t x"
    assert [p.query_id for p in read_judged(folder, 1).pools] == ["good"]
    assert [p.query_id for p in read_judged(folder, None, threshold=1).pools] == [
        "low",
        "good",
        "late",
    ]
    with pytest.raises(ModelError, match="no judged set"):
        read_judged(tmp_path / "none", None)


def test_bm25_counts_words_of_the_whole_collection() -> None:
    texts = {"0": "red lamp", "1": "red shoe", "2": "lamp lamp shade"}
    pools = (Pool("q", "lamp red", {"2": 1, "0": 1, "1": 0}), Pool("r", "unknown", {"0": 1}))
    scores = bm25_scores(JudgedCollection("set", texts, pools, 1))
    idf = math.log(1 + (3 - 2 + 0.5) / (2 + 0.5))
    average = 7 / 3
    long = 2.2 * 2 / (2 + 1.2 * (0.25 + 0.75 * 3 / average))
    short = 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2 / average))
    # bm25s leaves out the factor k1 + 1, which changes no order.
    expected = np.array([idf * long, 2 * idf * short, idf * short, 0.0])
    assert scores / scores[1] == pytest.approx(expected / expected[1], rel=1e-5)


def test_parity_tells_order_and_distance() -> None:
    measured = parity(np.array([1.0, 2.0, 3.0, 4.5]), np.array([1.0, 2.0, 4.0, 3.0]))
    assert measured.spearman == pytest.approx(0.8)
    assert measured.kendall == pytest.approx(2 / 3, abs=1e-5)
    assert measured.max_difference == 1.5
    assert measured.mean_difference == pytest.approx(0.625)
    assert parity(np.ones(3), np.arange(3.0)).spearman == 0.0
    with pytest.raises(ModelError, match="not finite"):
        parity(np.array([np.nan, 1.0]), np.array([0.0, 1.0]))


def test_the_gate_compares_means_and_tells_each_collection() -> None:
    base = {"a": 0.8, "b": 0.6}
    kept = gate({"int8": {"a": 0.78, "b": 0.612}, "float": base}, base, {})
    assert kept.passed is True
    assert kept.kept["int8"] == {"a": 0.975, "b": 1.02, "mean": 0.9943}
    lost = gate({"int8": {"a": 0.78, "b": 0.6}, "float": base}, base, {})
    assert lost.passed is False
    assert "int8 keeps 98.6 %" in lost.reason
    assert "a 97.5 %, b 100.0 %" in lost.reason


def test_the_gate_without_judgements_asks_the_worst_graph() -> None:
    close = parity(np.arange(60.0), np.arange(60.0))
    far = parity(np.arange(60.0), np.roll(np.arange(60.0), 1))
    assert gate({"int8": {}}, None, {"int8": close}).passed is True
    verdict = gate({"int8": {}, "float": {}}, None, {"int8": far, "float": close})
    assert verdict.passed is False
    assert "graph int8 has rank correlation" in verdict.reason
    assert gate({"int8": {}}, None, {}).passed is None


def test_the_census_knows_what_cuda_lacks() -> None:
    counts = {"MatMul": 3, "DynamicQuantizeLinear": 2, "MatMulInteger": 4, "Strange": 1}
    assert by_cuda(counts) == {"device": 3, "cpu": 2, "partly": 4, "unknown": 1}
    events = [
        {"cat": "Node", "dur": 75, "args": {"op_name": "MatMul"}},
        {"cat": "Node", "dur": 25, "args": {"op_name": "Add"}},
        {"cat": "Session", "dur": 900, "args": {}},
    ]
    assert shares(events) == {"MatMul": 0.75, "Add": 0.25}


@pytest.mark.data
@pytest.mark.skipif(not TRECQA.is_dir(), reason="no judged collection: set RERANK_DATA")
def test_the_shipped_models_numbers_are_found_again() -> None:
    manifest = Manifest.read(shipped_model())
    collection = read_judged(TRECQA, 120)
    runner = Runner.open(shipped_model(), manifest, manifest.graphs["int8"])
    quality = measure(collection, runner.logits(collection.pairs))
    baseline = measure(collection, bm25_scores(collection))
    key = "trecqa_dev nDCG@10"
    assert quality.mean("nDCG@10") == pytest.approx(manifest.quality["int8"][key], abs=0.002)
    assert baseline.mean("nDCG@10") == pytest.approx(manifest.quality["bm25"][key], abs=0.001)
