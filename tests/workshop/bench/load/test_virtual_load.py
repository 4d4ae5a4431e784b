"""What the scheduling promises under load, on a virtual clock: the same in every run."""

import pytest

from sidecar.workshop.bench.load.load_benchmark import LoadSpec, LoadSteps
from sidecar.workshop.bench.load.plan import LARGE, of_kind
from tests.workshop.bench.load.virtual_load import VirtualSidecar, report


def test_overload_is_refused_and_what_is_taken_is_done_in_time() -> None:
    found = report(30.0, seed=1, loads=(2.0, 10.0))
    for step in found.steps:
        assert step.refused > 0
        assert step.admitted_p99 <= 1.0
        assert step.goodput > 0.85 * max(each.goodput for each in found.steps)
    assert found.batch is not None
    assert found.batch.beside_p99 < 1.3 * found.batch.alone_p99
    assert found.greedy is not None
    assert found.greedy.beside_mean < 1.1 * found.greedy.alone_mean


def test_at_the_capacity_bursts_are_answered_but_for_what_comes_too_thick() -> None:
    steps = LoadSteps(LoadSpec(seconds=60.0, seed=3), VirtualSidecar(seed=3).send)
    step = steps.step(1.0, "bursts", steps.find_capacity())
    assert step.goodput > 0.85 * step.offered
    assert step.admitted_p99 <= 1.0


def test_a_request_that_ends_late_is_counted() -> None:
    (outcome,) = VirtualSidecar(seed=1).send(of_kind(LARGE, [0.0], 1e6, ["one"])).outcomes
    assert outcome.status == 504


def test_the_same_seed_gives_the_same_figures() -> None:
    assert report(3.0, seed=5, loads=(4.0,)).steps == report(3.0, seed=5, loads=(4.0,)).steps


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("tokens_per_second", [1_500.0, 10_000.0, 60_000.0])
def test_the_capacity_is_found(tokens_per_second: float, seed: int) -> None:
    sidecar = VirtualSidecar(seed, tokens_per_second)
    found = LoadSteps(LoadSpec(seconds=15.0, seed=seed), sidecar.send).find_capacity()
    assert found == pytest.approx(sidecar.documents_per_second(20_000), rel=0.1)
