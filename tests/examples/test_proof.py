"""examples/ecommerce: scoring, fitting, and the whole command on a small collection."""

import json
import os
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "ecommerce"
CHORUS = Path(os.environ.get("RERANK_DATA", ROOT.parent / "shared" / "data")) / "dev" / "chorus"
PRODUCTS: dict[str, dict[str, Any]] = {
    "a": {"title": "Laptop sleeve", "brand": "Acme", "description": "Holds a laptop " * 40},
    "b": {"title": "Notebook 14 inch", "name": "NB-14", "price": 89900, "attributes": {"ram": "8"}},
    "c": {"title": "Desk lamp", "name": "Lumen", "description": "Bright light for a desk"},
}
GRADES = {"laptop": {"b": 3, "a": 1}, "desk lamp": {"c": 2, "b": 0, "a": 0}, "tv": {"a": 1, "c": 0}}


@pytest.fixture(scope="module")
def factors(ecommerce: Path) -> ModuleType:
    return import_module("factors")


@pytest.fixture(scope="module")
def parts(ecommerce: Path) -> ModuleType:
    return import_module("parts")


@pytest.fixture(scope="module")
def proof(measuring: Path) -> ModuleType:
    return import_module("proof")


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    zstandard = pytest.importorskip("zstandard", reason="measuring needs the extra `build`")
    corpus = "".join(json.dumps({"_id": i, "fields": f}) + "\n" for i, f in PRODUCTS.items())
    queries = "".join(json.dumps({"_id": q, "text": q}) + "\n" for q in GRADES)
    grades = [f"{q}\t{i}\t{grade}\n" for q, pool in GRADES.items() for i, grade in pool.items()]
    folder = tmp_path / "collection"
    folder.mkdir()
    (folder / "corpus.jsonl.zst").write_bytes(zstandard.compress(corpus.encode()))
    (folder / "queries.jsonl").write_text(queries)
    (folder / "qrels.tsv").write_text("".join(grades))
    return folder


def test_names_with_a_digit_and_no_space_are_part_numbers_and_cents_become_a_price(
    parts: ModuleType,
) -> None:
    toner = parts.Product("", {"title": "Toner", "name": "TN-2110", "price": 4995})
    assert parts.named(toner) == {"title": "Toner", "mpn": "TN-2110", "price": 49.95}
    assert parts.named(parts.Product("", {"title": "Stand", "name": "Stand"})) == {"title": "Stand"}


def test_parts_are_cached_until_the_data_change(parts: ModuleType, tmp_path: Path) -> None:
    products = [parts.Product(f"{p['title']} {p.get('description')}", p) for p in PRODUCTS.values()]
    tasks = [
        parts.RankingTask("laptop", (products[0], products[1])),
        parts.RankingTask("desk lamp", (products[1], products[2])),
    ]
    scored = parts.score(tasks, tmp_path)
    assert {len(pairs) for pairs in scored.values()} == {4}
    assert all(set(pair) == {"model passage"} for pair in scored["title"])
    title, glued, cut = (
        [pair["model passage"] for pair in scored[name]]
        for name in ("title", "glued", "glued, cut")
    )
    assert title[3] > title[2], "the lamp is for the query `desk lamp`, the notebook is not"
    assert title[0] != glued[0] != cut[0], "the sleeve's description is longer than the cut"
    assert glued[3] == cut[3], "the lamp's is not"
    assert scored["profile"][0]["field title"] > 0
    assert "field title" not in scored["profile"][1]
    kept = {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    assert parts.score(tasks, tmp_path) == scored
    assert {file: file.stat().st_mtime_ns for file in tmp_path.iterdir()} == kept
    assert parts.score(tasks[:1], tmp_path) == {name: pairs[:2] for name, pairs in scored.items()}
    assert len(list(tmp_path.iterdir())) == 2 * len(kept)


def test_folds_are_disjoint_cover_all_and_depend_on_the_seed_alone(factors: ModuleType) -> None:
    folds = factors.folds(48, 5, seed=0)
    assert sorted(np.concatenate(folds).tolist()) == list(range(48))
    assert {len(fold) for fold in folds} == {9, 10}
    again = factors.folds(48, 5, seed=0)
    assert all(np.array_equal(a, b) for a, b in zip(folds, again, strict=True))
    assert not np.array_equal(folds[0], factors.folds(48, 5, seed=1)[0])


def test_a_part_is_multiplied_by_the_factors_of_all_its_groups(factors: ModuleType) -> None:
    good = {"model passage": 1.0, "field title": 0.25, "signal brand": 0.5, "rule sold": -0.5}
    bad = {"model passage": 0.5, "field title": 1.0, "field brand": 0.5}
    pairs = factors.Grouped.of([bad, good])
    assert pairs.scores(factors.ONES).tolist() == [2.0, 1.25]
    changed = {**factors.ONES, "all matches": 0.5, "match of title": 2.0, "brand": 0.0}
    assert pairs.scores(changed).tolist() == [1.75, 0.75]
    assert pairs.subset(np.array([False, True])).scores(changed).tolist() == [0.75]


def test_a_harmful_part_is_fitted_away_and_what_changes_nothing_keeps_one(
    factors: ModuleType,
) -> None:
    good, bad = {"model passage": 1.0}, {"model passage": 0.5, "field brand": 1.0}
    fitted = factors.fit(factors.Grouped.of([bad, good]), lambda scores: float(np.argmax(scores)))
    assert fitted == {**factors.ONES, "all matches": 0.0}


def test_a_querys_grades_have_no_say_in_the_factors_of_its_own_scores(proof: ModuleType) -> None:
    from sidecar.workshop.model.check.judged_collection import JudgedCollection, Pool

    random = np.random.default_rng(5)
    grades = random.permuted(np.tile([0.0, 1.0, 2.0, 3.0], (6, 1)), axis=1)
    names = ("model passage", "field title", "field brand", "signal brand", "signal price")
    grouped = proof.Grouped.of(
        [dict(zip(names, random.normal(size=5).tolist(), strict=True)) for _ in range(24)]
    )

    def scores() -> list[Any]:
        """Per repeat a row of scores for each query."""
        rows = (dict(zip("abcd", row, strict=True)) for row in grades.tolist())
        pools = tuple(Pool(str(i), "", row) for i, row in enumerate(rows))
        repeats, chosen = proof.cross_validated(JudgedCollection("", {}, pools, 2), grouped)
        assert len(chosen) == proof.REPEATS * proof.FOLDS
        return [repeat.reshape(6, 4) for repeat in repeats]

    before = scores()
    grades[0] = grades[0][::-1]
    for one, other in zip(before, scores(), strict=True):
        assert np.array_equal(one[0], other[0])
        assert not np.array_equal(one[1:], other[1:])


def test_tasks_have_the_pools_products_and_what_cannot_be_measured_is_refused(
    proof: ModuleType, collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    judged, tasks = proof.read(collection)
    assert [task.query for task in tasks] == ["laptop", "desk lamp"], "tv has no relevant"
    assert [product.fields for product in tasks[1].products] == [
        PRODUCTS[i] for i in judged.pools[1].grades
    ]
    assert tasks[0].products[0].text == "Notebook 14 inch   ram 8"
    (collection / "corpus.jsonl").write_text(
        "".join(json.dumps({"_id": i, "text": f["title"]}) + "\n" for i, f in PRODUCTS.items())
    )
    for options, reason in ((["--queries", "1"], "two queries"), ([], "a has no fields")):
        with pytest.raises(SystemExit):
            proof.main([str(collection), "--cache", str(tmp_path / "cache"), *options])
        assert reason in capsys.readouterr().err


def test_the_command_prints_its_tables_and_draws(
    proof: ModuleType, collection: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "proof.png"
    cache = ["--cache", str(tmp_path / "cache")]
    proof.main([str(collection), *cache, "--plot", str(picture)])
    printed = capsys.readouterr().out
    assert "2 queries, 5 pairs" in printed
    heads = ["title", "glued", "glued, cut", "model part", "profile", "profile, fitted"]
    rows = [line.split("│")[1].strip() for line in printed.splitlines() if line.startswith("│")]
    assert rows[:6] == heads
    assert "factors that 4 folds chose" in printed
    assert "where the profile loses most" in printed
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert picture.stat().st_size < 150_000


@pytest.mark.data
@pytest.mark.skipif(not CHORUS.is_dir(), reason="no judged collection: set RERANK_DATA")
def test_chorus_has_the_queries_and_pairs_of_the_readme(proof: ModuleType) -> None:
    judged, tasks = proof.read(CHORUS)
    counts = f"{len(judged.pools)} queries, {len(judged.pairs)} pairs"
    assert counts in (EXAMPLE / "README.md").read_text(encoding="utf8")
    assert sum(len(task.products) for task in tasks) == len(judged.pairs)
