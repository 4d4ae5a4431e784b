"""The short form of `swaps`: every answer is one model's, whatever changes."""

from pathlib import Path

from tests.service.swaps import run


def test_swaps_under_traffic_fail_no_search(tmp_path: Path) -> None:
    outcome = run(tmp_path, swaps=30)
    assert outcome.wrong == []
    assert outcome.refusals == {}
    assert outcome.swaps == 30
    assert len(outcome.answers) == 2, "both models answered"


def test_workers_that_are_killed_cost_their_own_requests_alone(tmp_path: Path) -> None:
    outcome = run(tmp_path, swaps=3, kills=1)
    assert outcome.wrong == []
    assert set(outcome.refusals) <= {"503 inference"}
    assert outcome.kills >= 1
    assert sum(outcome.refusals.values()) <= 10 * outcome.kills
    assert sum(outcome.answers.values()) > 0
