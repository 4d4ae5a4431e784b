"""Hits are scored once, with the encoders that a profile needs."""

from pathlib import Path

import pytest

from sidecar.profile import Profile
from sidecar.workshop.evaluation.candidates import Candidates, Hit
from sidecar.workshop.model.progress import no_progress
from sidecar.workshop.scored_hits.scoring import opened, score_hits

QUERY = "shoes for running"
SIMILARITY = {"kind": "cosine", "encode": True, "weight": 0.5, "cap": 0.1}
HITS = tuple(
    Hit(str(place), {"title": title}, title, None)
    for place, title in enumerate(["Trainers to jog in", "A loaf of rye bread", QUERY])
)


def test_a_signal_with_an_encoders_vectors_has_its_cosines(tmp_path: Path) -> None:
    profile = Profile.model_validate(
        {"name": "near", "fields": {"title": {}}, "signals": {"similarity": SIMILARITY}}
    )
    candidates = [Candidates("1", QUERY, HITS)]
    parts = tmp_path / "parts.jsonl"
    with opened(None, profile) as model:
        (scored,) = score_hits(candidates, profile, model, parts, no_progress)
        (again,) = score_hits(candidates, profile, model, parts, no_progress)
    assert again == scored
    jog, bread, same = scored.columns["signal", "similarity"]
    assert same == pytest.approx(1, abs=0.02)
    assert 1 > jog > bread + 0.2, "neither weight nor cap hold it"
