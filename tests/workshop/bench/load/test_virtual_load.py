"""What the scheduling promises under load, on a virtual clock: the same in every run."""

from tests.workshop.bench.load.virtual_load import report


def test_overload_is_refused_and_what_is_taken_is_done_in_time() -> None:
    found = report(30.0, seed=1, loads=(2.0, 10.0))
    for step in found.steps:
        assert step.refused > 0
        assert step.admitted_p99 <= 1.0
        assert step.goodput > 0.85 * max(each.goodput for each in found.steps)
    assert found.batch is not None
    assert found.batch.beside_p99 < 1.3 * found.batch.alone_p99
    assert found.greedy is not None
    assert found.greedy.beside_mean < 1.2 * found.greedy.alone_mean


def test_the_same_seed_gives_the_same_figures() -> None:
    assert report(3.0, seed=5, loads=(4.0,)).steps == report(3.0, seed=5, loads=(4.0,)).steps
