"""From users' clicks to training rows: what is new, weighted, with hard negatives."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sidecar.profiles import Profiles
from sidecar.workshop.evaluation.candidate_source import CandidateSource
from sidecar.workshop.learning.click_source import ClickSource
from sidecar.workshop.learning.errors import LearningError
from sidecar.workshop.learning.holding_out import is_held_out
from sidecar.workshop.learning.home import Home
from sidecar.workshop.learning.material_files import Prepared
from sidecar.workshop.learning.preparing import prepare
from sidecar.workshop.learning.runs import Run
from sidecar.workshop.learning.spec import LearnSpec
from sidecar.workshop.model.check.judged_collection import read_judged
from sidecar.workshop.model.progress import no_progress
from tests.workshop.clicks.simulated_users import START, Shop, position_based_clicks, ubi_lines

EXAMINATION = np.array([1.0, 0.7, 0.5, 0.3, 0.2])
SEARCHES = 4000


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Clicks in ubi.jsonl, and candidates.jsonl with a document more that nobody was shown."""
    folder, rng = tmp_path_factory.mktemp("shop"), np.random.default_rng(4)
    shop = Shop.make(rng, queries=30, documents=8)
    pairs = shop.lists(rng, SEARCHES, 5)
    clicked = position_based_clicks(rng, shop, pairs, EXAMINATION)
    (folder / "ubi.jsonl").write_text(ubi_lines(pairs, clicked, shop, impression_events=False))
    rows = [
        {
            "query": f"query {query}",
            "hits": [
                {"_id": f"D{query * 8 + place}", "text": f"document {query * 8 + place}"}
                for place in range(8)
            ]
            + [{"_id": "never", "text": "never shown"}],
        }
        for query in range(30)
    ]
    (folder / "candidates.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def spec_of(shop: Path, models: Path) -> LearnSpec:
    return LearnSpec(
        home=Home(models, "shop"),
        start="shipped",
        profile=Profiles.open().get("plain"),
        clicks=ClickSource((shop / "ubi.jsonl",)),
        candidates=CandidateSource(candidates=shop / "candidates.jsonl"),
    )


def prepared(spec: LearnSpec, *earlier: Run) -> tuple[Prepared, tuple[str, ...]]:
    """Of a run that trains on the last of the earlier ones."""
    with spec.home.locked(begin=True) as ledger:
        for run in (Run(run=0, at="2026-11-01T00:00:00+00:00", verdict="start"), *earlier):
            ledger.add(run)
        return prepare(spec, ledger, len(earlier), len(earlier) + 1, no_progress)


def test_clicked_pairs_are_weighted_and_the_other_hits_are_negatives(
    shop: Path, tmp_path: Path
) -> None:
    found, _ = prepared(spec_of(shop, tmp_path))
    rows = [json.loads(line) for line in found.pairs.read_text().splitlines()]
    assert found.figures["relevant pairs"] == sum(row["grade"] > 0 for row in rows)
    assert not any(is_held_out(row["query"], 0.3) for row in rows)
    weights = [row["weight"] for row in rows if row["grade"] > 0]
    assert np.mean(weights) == pytest.approx(1.0, abs=0.15)
    assert min(weights) < 0.7 < 1.5 < max(weights)
    assert {row["grade"] for row in rows if row["text"] == "never shown"} == {0.0}
    collection = read_judged(found.held_out, None)
    assert {pool.query for pool in collection.pools} <= {
        f"query {number}" for number in range(30) if is_held_out(f"query {number}", 0.3)
    }
    assert "never shown" not in collection.texts.values(), "it is not judged"
    assert found.clicks is not None
    assert found.clicks.searches == SEARCHES


def test_only_searches_count_that_the_model_has_not_learned_from(
    shop: Path, tmp_path: Path
) -> None:
    first, _ = prepared(spec_of(shop, tmp_path / "one"))
    assert first.clicks is not None
    half = START.timestamp() + 7 * SEARCHES / 2
    clicks = first.clicks.model_copy(update={"until_s": half})
    at = "2026-11-15T00:00:00+00:00"
    accepted = Run(run=1, at=at, verdict="accepted", parent=0, clicks=clicks)
    second, _ = prepared(spec_of(shop, tmp_path / "two"), accepted)
    assert second.clicks is not None
    assert (second.clicks.since_s, second.clicks.searches) == (half, SEARCHES / 2)
    assert second.clicks.until_s == first.clicks.until_s
    done = accepted.model_copy(update={"clicks": first.clicks})
    with pytest.raises(Exception, match="no search is left that counts"):
        prepared(spec_of(shop, tmp_path / "three"), done)
    again = replace(spec_of(shop, tmp_path / "four"), since_s=0.0)
    assert prepared(again, done)[0].figures == first.figures


def test_an_interrupted_run_goes_on_with_what_it_had_read(shop: Path, tmp_path: Path) -> None:
    spec = spec_of(shop, tmp_path / "models")
    copied = tmp_path / "ubi.jsonl"
    copied.write_bytes((shop / "ubi.jsonl").read_bytes())
    spec = replace(spec, clicks=ClickSource((copied,)))
    first, _ = prepared(spec)
    wrote = first.pairs.stat().st_mtime_ns
    again, remarks = prepared(spec)
    assert remarks == ("goes on with the run that was interrupted",)
    assert again.pairs.stat().st_mtime_ns == wrote
    with copied.open("a") as file:
        file.write("\n")
    assert prepared(spec)[1] != remarks, "the file is another"


def test_too_little_is_refused_before_anything_is_written(shop: Path, tmp_path: Path) -> None:
    spec = spec_of(shop, tmp_path / "models")
    with pytest.raises(LearningError, match="fewer than 6 cannot show a lift"):
        prepared(replace(spec, max_queries=5))
    other = tmp_path / "other.jsonl"
    other.write_text((shop / "candidates.jsonl").read_text().replace('"D', '"E'))
    with pytest.raises(LearningError, match="do the hits have the judgements' IDs"):
        prepared(replace(spec, candidates=CandidateSource(candidates=other)))
    assert not spec.home.work.exists()
