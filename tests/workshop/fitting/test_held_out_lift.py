"""The interval of a lift whose setting was chosen on the same queries, on draws of known truth."""

import numpy as np
import pytest

from sidecar.workshop.evaluation.inference import interval
from sidecar.workshop.fitting import held_out_lift
from sidecar.workshop.fitting.held_out_lift import Draw, lift_interval
from sidecar.workshop.scored_hits.folds import draw_folds

QUERIES, RUNS, MEAN = 40, 200, 0.012


def draw(gains: np.ndarray, seed: int = 0) -> Draw:
    """One setting beside the given weights, with these gains [queries] in every fit."""
    folds = draw_folds(len(gains), seed)
    outer = np.stack([np.full(len(gains), 0.5), 0.5 + gains])
    inner = np.stack([outer.copy() for _ in folds])
    for place, fold in enumerate(folds):
        inner[place][:, fold] = 0.0
    return Draw(folds, inner, outer)


def test_a_fold_is_measured_with_what_the_others_choose() -> None:
    gains = np.zeros(10)
    first = draw_folds(10, 0)[0]
    gains[first] = 0.3  # only the first fold gains, so only it is measured without
    found = draw(gains)
    everything = np.ones((1, 10))
    assert found.choices(everything).tolist() == [[0, 1, 1, 1, 1]]
    assert found.lifts(everything) == pytest.approx([0.0])
    assert draw(np.full(10, 0.1)).lifts(everything) == pytest.approx([0.1])


def test_queries_that_were_not_drawn_neither_choose_nor_measure() -> None:
    gains = np.linspace(-0.1, 0.2, 10)
    found = draw(gains)
    counts = np.ones((2, 10))
    counts[1, gains < 0] = 0
    assert found.choices(counts)[1].tolist() == [1, 1, 1, 1, 1]
    assert found.lifts(counts)[1] == pytest.approx(gains[gains >= 0].mean())


def test_no_gain_has_an_interval_of_0() -> None:
    assert lift_interval([draw(np.zeros(10))]) == (0.0, 0.0)


def test_the_interval_holds_the_lift_as_often_as_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gains that are 0 in half of the queries, and of which some runs show too little: then folds
    choose the given weights, and the gains alone say wrongly that the lift is 0."""
    monkeypatch.setattr(held_out_lift, "RESAMPLES", held_out_lift._BATCH)
    held, of_gains = 0, 0
    for seed in range(RUNS):
        chance = np.random.default_rng(seed)
        gains = chance.normal(2 * MEAN, 0.08, QUERIES) * (chance.random(QUERIES) < 0.5)
        draws = [draw(gains, 0), draw(gains, 1)]
        chosen = [each.choices(np.ones((1, QUERIES)))[0] for each in draws]
        truth = MEAN * float(np.mean(chosen))
        low, high = lift_interval(draws)
        held += low <= truth <= high
        lifts = np.zeros(QUERIES)
        for each, of_folds in zip(draws, chosen, strict=True):
            for fold, best in zip(each.folds, of_folds, strict=True):
                lifts[fold] += (each.outer[best, fold] - 0.5) / 2
        low, high = interval(lifts, 0, 500)
        of_gains += low <= truth <= high
    assert held / RUNS >= 0.93
    assert of_gains / RUNS <= 0.9
