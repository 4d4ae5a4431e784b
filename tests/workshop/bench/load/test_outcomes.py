import pytest

from sidecar.workshop.bench.load.outcomes import LatencyFigures, StepFigures
from tests.workshop.bench.load.outcomes_of import outcome, sent


def test_only_what_was_answered_in_time_is_goodput() -> None:
    figures = StepFigures.of(
        2.0,
        "Poisson",
        sent(
            outcome(0.0, 0.5),
            outcome(0.0, 1.5),
            outcome(1.0, 0.002, 429),
            outcome(1.0, 0.4, 504),
            outcome(1.0, 0.1, 500),
            outcome(1.0, 3.0, 0),
            outcome(4.2, 0.8),
        ),
    )
    assert (figures.requests, figures.answered, figures.refused) == (7, 2, 1)
    assert (figures.late, figures.failed) == (2, 2)
    assert figures.offered == pytest.approx(70 / 5)
    assert figures.goodput == pytest.approx(20 / 5)
    assert figures.refusal_ms == pytest.approx(2.0)
    assert figures.generator_lag_ms == pytest.approx(1.0)
    assert figures.generator_share == 0.05
    assert figures.admitted_p99 == pytest.approx(1.5, abs=0.03)


def test_a_504_is_late_however_early_it_comes() -> None:
    figures = StepFigures.of(1.0, "bursts", sent(outcome(0.0, 0.1, 504)))
    assert figures.admitted_p99 == 1.0
    assert figures.refusal_ms is None


def test_latencies_are_compared_of_the_same_clients() -> None:
    alone = sent(outcome(0.0, 0.1, client="a"), outcome(1.0, 0.3, client="a"))
    beside = sent(
        outcome(0.0, 0.2, client="a"),
        outcome(1.0, 0.01, 429, client="a"),
        outcome(1.0, 0.9, client="b"),
        outcome(9.0, 1.0, client="b"),
    )
    figures = LatencyFigures.of(alone, beside, frozenset("a"))
    assert figures.requests == 2
    assert figures.alone_mean == pytest.approx(200)
    assert figures.beside_mean == pytest.approx(600), "no answer counts as the whole deadline"
    assert figures.unanswered == 1
    assert figures.others == pytest.approx(2.0)
