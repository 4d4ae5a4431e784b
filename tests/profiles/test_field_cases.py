"""The structured cases, where they are at hand: feeds and citations as shops and courts write."""

import os
from pathlib import Path

import pytest

from sidecar import Reranker
from tests.profiles.field_cases import VARIABLE, faults, read_cases

FOLDER = os.environ.get(VARIABLE)
RIGHT = 0.95


@pytest.mark.data
@pytest.mark.skipif(not FOLDER, reason=f"no structured cases: set {VARIABLE}")
def test_nearly_all_cases_are_wholly_right() -> None:
    folder = Path(FOLDER or "")
    cases = read_cases(folder)
    with Reranker.open(profiles=folder / "profiles") as reranker:
        wrong = {case.id: found for case in cases if (found := "; ".join(faults(case, reranker)))}
    assert len(wrong) <= (1 - RIGHT) * len(cases), wrong
