from dataclasses import replace

import pytest

from sidecar.workshop.bench.load.bounds import Bound, bounds
from sidecar.workshop.bench.load.outcomes import LatencyFigures, Pattern, StepFigures

GOOD = StepFigures(1.0, "Poisson", 9, 100.0, 90.0, 9, 0, 0, 0, 0.9, None, 1.0, 0.01, True)
CALM = LatencyFigures(9, 100.0, 200.0, 105.0, 220.0, 0, 50.0)


def step(load: float, offered: float, goodput: float, pattern: Pattern = "Poisson") -> StepFigures:
    return replace(GOOD, load=load, offered=offered, goodput=goodput, pattern=pattern)


def of(found: list[Bound], word: str) -> Bound:
    return next(bound for bound in found if word in bound.promise)


def test_goodput_is_compared_with_its_peak_or_with_what_is_offered() -> None:
    steps = [step(0.5, 50, 50), step(1, 100, 98), step(4, 400, 90)]
    goodput = of(bounds(steps, None, None), "goodput")
    assert goodput.worst == pytest.approx(90 / 98)
    assert goodput.where == "4, Poisson"
    assert goodput.kept
    assert not of(bounds([*steps, step(10, 1000, 40)], None, None), "goodput").kept


def test_each_pattern_has_its_peak() -> None:
    steps = [step(4, 400, 100), step(4, 400, 60, "bursts"), step(10, 900, 58, "bursts")]
    assert of(bounds(steps, None, None), "goodput").kept


def test_a_sidecar_that_answers_nothing_keeps_nothing() -> None:
    assert not of(bounds([step(4, 400, 0)], None, None), "goodput").kept


def test_late_answers_and_slow_refusals_break_their_bounds() -> None:
    steps = [GOOD, replace(GOOD, load=4.0, admitted_p99=1.2, refusal_ms=25.0)]
    found = bounds(steps, None, None)
    assert [of(found, word).kept for word in ("admitted", "refusals")] == [False, False]
    assert "refusals" not in str(bounds([GOOD], None, None))


def test_batch_is_bound_by_the_tail_and_a_greedy_key_by_the_mean() -> None:
    assert all(bound.kept for bound in bounds([], CALM, CALM))
    slower = replace(CALM, beside_mean=120.0)
    found = bounds([], slower, slower)
    assert [bound.kept for bound in found] == [True, False]
    assert not bounds([], replace(CALM, beside_p99=300.0), None)[0].kept
