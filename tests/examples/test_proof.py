"""The proof's arithmetic, and the whole script on a few queries where the collection is there."""

import importlib.util
import os
import sys
from pathlib import Path
from types import ModuleType

import ir_measures
import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
DATA = Path(os.environ.get("RERANK_DATA", ROOT.parent / "shared" / "data"))
CHORUS = DATA / "dev" / "chorus"


@pytest.fixture(scope="module")
def proof() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "proof", ROOT / "examples" / "ecommerce" / "proof.py"
    )
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["proof"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


def test_the_measures_are_those_of_ir_measures(proof: ModuleType) -> None:
    random = np.random.default_rng(1)
    for _ in range(20):
        grades = random.integers(0, 4, 14).astype(float)
        scores = random.permutation(14).astype(float)
        judged = {"q": {f"d{at}": int(2**grade - 1) for at, grade in enumerate(grades)}}
        run = {"q": {f"d{at}": score for at, score in enumerate(scores)}}
        measures = [ir_measures.nDCG @ 10, ir_measures.RR(rel=3) @ 10]  # grade 2 has gain 3
        expected = ir_measures.calc_aggregate(measures, judged, run)
        assert proof.ndcg(scores, grades) == pytest.approx(expected[measures[0]])
        assert proof.mrr(scores, grades) == pytest.approx(expected[measures[1]])


def test_equal_scores_keep_the_collections_order_and_no_relevant_document_gives_zero(
    proof: ModuleType,
) -> None:
    assert proof.ndcg(np.zeros(2), np.array([3.0, 0.0])) == 1
    assert proof.ndcg(np.zeros(2), np.array([0.0, 3.0])) == pytest.approx(1 / np.log2(3))
    assert proof.ndcg(np.zeros(2), np.zeros(2)) == proof.mrr(np.zeros(2), np.ones(2)) == 0


def test_folds_are_disjoint_cover_all_and_depend_on_the_seed_alone(proof: ModuleType) -> None:
    parts = proof.folds(48, 5, seed=0)
    assert sorted(np.concatenate(parts).tolist()) == list(range(48))
    assert {len(part) for part in parts} == {9, 10}
    assert all(np.array_equal(a, b) for a, b in zip(parts, proof.folds(48, 5, seed=0), strict=True))
    assert not np.array_equal(parts[0], proof.folds(48, 5, seed=1)[0])


def test_the_bootstrap_interval_holds_the_mean_and_narrows_with_more_queries(
    proof: ModuleType,
) -> None:
    differences = np.random.default_rng(3).normal(0.1, 0.2, 400)
    low, high, above = proof.bootstrap(differences)
    error = differences.std() / 20
    assert (low, high) == pytest.approx(
        (differences.mean() - 1.96 * error, differences.mean() + 1.96 * error), abs=0.002
    )
    assert above == 1
    few_low, few_high, _ = proof.bootstrap(differences[:40])
    assert few_high - few_low > high - low
    assert proof.bootstrap(np.full(9, 0.5)) == (0.5, 0.5, 1.0)


def test_factors_of_one_give_the_logit_and_a_harmful_part_is_fitted_away(
    proof: ModuleType,
) -> None:
    good = {"model passage": 1.0, "field title": 0.25, "signal brand": 0.5, "rule sold": -0.5}
    bad = {"model passage": 0.5, "field title": 1.0, "field brand": 0.5}
    query = proof.Grouped.of([bad, good], np.array([0.0, 3.0]))
    assert query.scores(proof.ONES).tolist() == [2.0, 1.25]
    factors = proof.fit([query] * 4)
    assert factors["all matches"] < 1
    assert proof.ndcg(query.scores(factors), query.grades) == 1


def test_names_with_a_digit_and_no_space_are_part_numbers_and_cents_become_a_price(
    proof: ModuleType,
) -> None:
    sent = proof.product({"title": "Toner", "name": "TN-2110", "price": 4995})
    assert sent.fields == {"title": "Toner", "mpn": "TN-2110", "price": 49.95}
    assert "mpn" not in proof.product({"title": "Stand", "name": "Stand"}).fields


@pytest.mark.data
@pytest.mark.skipif(not CHORUS.is_dir(), reason="no judged collection: set RERANK_DATA")
def test_the_script_prints_its_tables_and_draws(
    proof: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("matplotlib")
    picture = tmp_path / "proof.png"
    proof.main([str(CHORUS), "--cache", str(tmp_path), "--plot", str(picture), "--queries", "3"])
    printed = capsys.readouterr().out
    assert "against title" in printed
    assert "profile, fitted" in printed
    assert picture.stat().st_size < 150_000
