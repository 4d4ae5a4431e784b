"""`model calibrate`: scores become shares of relevant documents, unrelated texts score 0."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

pytest.importorskip("ir_measures", reason="the extra `learn`")

from sidecar.calibration import Calibration
from sidecar.cli import app
from sidecar.errors import ModelError
from sidecar.runtime.manifest import Manifest
from sidecar.runtime.model_folder import shipped_model
from sidecar.workshop.model.check.judged_collection import (
    JudgedCollection,
    Pool,
    write_judged,
)
from sidecar.workshop.model.folder_files import write_manifest
from sidecar.workshop.model.runner import Floats
from sidecar.workshop.model.score_calibration.calibrating import (
    ModelCalibrationSpec,
    calibrate_model,
)
from sidecar.workshop.model.score_calibration.judged_pairs import (
    UNRELATED,
    PairSet,
    judged_sets,
    weights,
)
from sidecar.workshop.model.score_calibration.outcome import Outcome, calibrated
from sidecar.workshop.scored_hits.judged_parts import FittingError


def pair_set(name: str, logits: Floats, chance: Floats, seed: int) -> PairSet:
    """Pairs that are relevant with these chances, five to a query."""
    relevant = np.random.default_rng(seed).random(len(logits)) < chance
    queries = np.arange(len(logits)) // 5
    return PairSet(name, (("q", "d"),) * len(logits), relevant, queries)


def sigmoid(values: Floats) -> Floats:
    return 1 / (1 + np.exp(-values))


def test_scores_become_the_shares_that_were_drawn() -> None:
    logits = np.random.default_rng(1).normal(2, 3, 4000)
    judged = pair_set("set", logits, sigmoid((logits - 3) / 2), 2)
    outcome = calibrated([judged], [], logits, Calibration(1, 0))
    assert outcome.after.temperature == pytest.approx(2, rel=0.1)
    assert outcome.after.bias == pytest.approx(3, abs=0.2)
    (before,), (after,) = outcome.scores_before, outcome.scores_after
    assert before.ece > 0.1
    assert after.ece < 0.03
    assert after.relevant == judged.relevant.mean()


def test_one_query_cannot_show_what_a_calibration_is_worth() -> None:
    """And not that none of its documents is relevant."""
    logits = np.array([2.0, 1.0, 0.0])
    judged = PairSet("set", (("q", "d"),) * 3, logits > 1, np.zeros(3, np.int64))
    with pytest.raises(FittingError, match="one query alone"):
        calibrated([judged], [], logits, Calibration())


def test_unrelated_pairs_pull_their_scores_down_whatever_their_number() -> None:
    rng = np.random.default_rng(3)
    logits = rng.normal(3, 2, 500)
    judged = pair_set("set", logits, sigmoid(logits - 3), 4)
    far = rng.normal(-3, 1, 2000)
    unrelated = pair_set(UNRELATED, far, np.zeros(2000), 5)
    weight = weights([judged, unrelated])
    assert weight.mean() == pytest.approx(1)
    assert weight[:500].sum() == pytest.approx(weight[500:].sum())
    both = np.concatenate([logits, far])
    outcome = calibrated([judged, unrelated], [], both, Calibration(4, 0))
    assert outcome.scores_before[1].low < 0.05
    assert outcome.scores_after[1].low > 0.99
    assert Outcome.mean_ece(outcome.scores_after) == outcome.scores_after[0].ece


def test_an_unrelated_pair_is_a_query_with_a_document_of_elsewhere() -> None:
    def collection(name: str) -> JudgedCollection:
        texts = {f"{name}{i}": f"text {name}{i}" for i in range(6)}
        pools = tuple(
            Pool(f"{name}q{q}", f"query {name}{q}", {f"{name}{q}": 1.0, f"{name}{q + 1}": 0.0})
            for q in range(3)
        )
        return JudgedCollection(name, texts, pools, 1)

    sets = judged_sets([collection("a"), collection("b")], 40)
    assert [each.name for each in sets] == ["a", "b", UNRELATED]
    assert list(sets[0].relevant) == [True, False] * 3
    assert all(query[6] != document[5] for query, document in sets[2].pairs)
    assert set(sets[2].queries) <= set(sets[0].queries) | set(sets[1].queries)
    (only, alone) = judged_sets([collection("a")], 40)
    judged = set(only.pairs)
    assert not judged & set(alone.pairs)


FACTS = {
    "facts": {
        "eiffel tower": "The Eiffel Tower is 330 metres tall.",
        "sourdough": "Sourdough bread is leavened by wild yeast.",
        "iron": "Iron deficiency makes people tired.",
        "violin": "A violin has four strings.",
    },
    "products": {
        "laptop": "Notebook with 16 GB of memory",
        "lamp": "Desk lamp, white, LED",
        "shoes": "Running shoes for women, blue",
        "sleeve": "Neoprene sleeve for 14 inch laptops",
    },
}


@pytest.fixture
def collections(tmp_path: Path) -> list[Path]:
    folders = []
    for name, texts in FACTS.items():
        corpus = [{"_id": key, "text": text} for key, text in texts.items()]
        queries = [{"_id": key, "text": f"what about {key}?"} for key in texts]
        grades = [(query, key, float(query == key)) for query in texts for key in texts]
        write_judged(tmp_path / name, corpus, queries, grades)
        folders.append(tmp_path / name)
    return folders


def test_the_manifest_gets_it_and_nothing_else(collections: list[Path], tmp_path: Path) -> None:
    folder = Path(shutil.copytree(shipped_model(), tmp_path / "model"))
    before = Manifest.read(folder)
    spec = ModelCalibrationSpec(collections, unrelated=20)
    measured = calibrate_model(folder, spec, write=False)
    assert Manifest.read(folder) == before
    outcome = calibrate_model(folder, spec, write=True)
    assert outcome == measured
    after = Manifest.read(folder)
    assert after.calibration == outcome.after != before.calibration
    fields = {"temperature", "bias"}
    assert after.model_dump(exclude=fields) == before.model_dump(exclude=fields)


def test_the_command_shows_every_set_and_says_what_it_wrote(
    collections: list[Path], tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(shipped_model(), tmp_path / "model"))
    judged = [part for each in collections for part in ("--judged", str(each))]
    command = ["model", "calibrate", str(folder), *judged, "--unrelated", "20"]
    dry = CliRunner().invoke(app, [*command, "--dry-run"])
    assert dry.exit_code == 0, dry.output
    assert "facts" in dry.output
    assert "Mean ECE of the judged sets" in dry.output
    assert "wrote" not in dry.output
    wet = CliRunner().invoke(app, command)
    assert "renews the card" in wet.output


def test_what_is_only_measured_changes_no_fit(collections: list[Path], tmp_path: Path) -> None:
    alone = ModelCalibrationSpec(collections[:1], unrelated=0)
    both = ModelCalibrationSpec(collections[:1], measured=collections[1:], unrelated=0)
    fitted = calibrate_model(shipped_model(), alone, write=False)
    measured = calibrate_model(shipped_model(), both, write=False)
    assert measured.after == fitted.after
    assert fitted.measured_after == ()
    (before,), (after,) = measured.measured_before, measured.measured_after
    assert before.name == after.name == "products"
    assert before.ece != after.ece


def test_the_recipes_unseen_pools_calibrate_too(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the recipe needs the extra `build`")
    pytest.importorskip("zstandard")
    from tests.workshop.model.recipe.collections_folder import write_collections

    data = write_collections(tmp_path, repeated=8)
    spec = ModelCalibrationSpec(recipe=data, pools=5, unrelated=20)
    outcome = calibrate_model(shipped_model(), spec, write=False)
    names = {row.name for row in outcome.scores_after}
    assert {"squad_sent", "policyqa", "fashion_products", UNRELATED} <= names
    assert not names & {"cmrc_zh", "law_zh"}, "the model reads English alone"


def test_a_recipe_without_the_models_languages_is_told(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="the recipe needs the extra `build`")
    pytest.importorskip("zstandard")
    from tests.workshop.model.recipe.collections_folder import write_collections

    folder = Path(shutil.copytree(shipped_model(), tmp_path / "german"))
    manifest = Manifest.read(folder)
    write_manifest(manifest.model_copy(update={"languages": ("de",)}), folder)
    data = write_collections(tmp_path)
    with pytest.raises(ModelError, match=r"no collection in the model's languages \(de\)"):
        calibrate_model(folder, ModelCalibrationSpec(recipe=data, pools=5), write=False)


def test_what_is_missing_is_told(collections: list[Path], tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="give a second collection of another topic"):
        calibrate_model(shipped_model(), ModelCalibrationSpec(collections[:1]), write=False)
    with pytest.raises(ModelError, match="give --judged or --recipe"):
        calibrate_model(shipped_model(), ModelCalibrationSpec([]), write=False)
    with pytest.raises(ModelError, match="no judged set"):
        calibrate_model(shipped_model(), ModelCalibrationSpec([tmp_path / "no"]), write=False)
