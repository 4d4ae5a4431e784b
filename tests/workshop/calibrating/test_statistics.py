"""Temperature, bias, calibration error and thresholds, on pairs whose probabilities are known."""

import numpy as np
import pytest

from sidecar.calibration import Calibration
from sidecar.workshop.calibrating.cross_calibration import cross_calibrate
from sidecar.workshop.calibrating.logistic import (
    Relevant,
    fit_calibration,
    scores_of,
    sigmoids,
)
from sidecar.workshop.calibrating.reliability import bins, chance_ece, ece
from sidecar.workshop.calibrating.threshold import (
    Threshold,
    lowest_threshold,
    measured_threshold,
    threshold_lines,
)
from sidecar.workshop.scored_hits.judged_parts import FittingError, Floats

TRUE = Calibration(2.0, 1.0)
NONE = np.zeros(0)


def pairs(seed: int, count: int) -> tuple[Floats, Relevant]:
    """Logits, and whether each is relevant, with the probability that TRUE gives."""
    chance = np.random.default_rng(seed)
    logits = chance.normal(1, 3, count)
    return logits, chance.random(count) < scores_of(logits, TRUE)


def starts(queries: int, size: int) -> np.ndarray:
    return np.arange(queries + 1) * size


def test_temperature_and_bias_are_found() -> None:
    found = fit_calibration(*pairs(1, 20_000))
    assert found.temperature == pytest.approx(2.0, rel=0.05)
    assert found.bias == pytest.approx(1.0, abs=0.1)


def test_weights_count_as_that_many_judgements() -> None:
    logits, relevant = pairs(2, 300)
    weights = np.random.default_rng(3).integers(1, 5, 300)
    repeated = np.repeat(np.arange(300), weights)
    by_weight = fit_calibration(logits, relevant, weights.astype(float))
    by_repeating = fit_calibration(logits[repeated], relevant[repeated])
    assert by_weight.temperature == pytest.approx(by_repeating.temperature, rel=1e-3)
    assert by_weight.bias == pytest.approx(by_repeating.bias, abs=1e-3)


def test_judgements_that_logits_separate_give_a_temperature_all_the_same() -> None:
    logits = np.array([-3.0, -2.0, -1.0, 1.0, 2.0, 3.0])
    found = fit_calibration(logits, logits > 0)
    assert found.temperature > 0.1
    assert scores_of(logits, found)[-1] < 0.999


@pytest.mark.parametrize(
    ("logits", "relevant", "reason"),
    [
        ([1.0, 2.0], [True, True], "all of the judged hits reach"),
        ([1.0, 2.0], [False, False], "none of the judged hits reach"),
        ([1.0, 2.0, 3.0, 4.0], [True, True, False, False], "not more often relevant"),
        ([1.0, 1.0, 1.0, 1.0], [True, False, True, False], "not more often relevant"),
    ],
)
def test_what_cannot_be_calibrated_is_said(
    logits: list[float], relevant: list[bool], reason: str
) -> None:
    with pytest.raises(FittingError, match=reason):
        fit_calibration(np.array(logits), np.array(relevant))


def test_the_calibration_error_is_the_true_one() -> None:
    """Scores that are all 0.1 too high."""
    chance = np.random.default_rng(4)
    right = chance.uniform(0.1, 0.8, 50_000)
    relevant = chance.random(len(right)) < right
    assert ece(right + 0.1, relevant) == pytest.approx(0.1, abs=0.01)
    assert ece(right, relevant) < 0.01


def test_right_scores_have_the_error_of_chance_and_no_more() -> None:
    chance = np.random.default_rng(5)
    errors, expected = [], []
    for _ in range(60):
        scores = chance.uniform(0, 1, 200)
        errors.append(ece(scores, chance.random(200) < scores))
        expected.append(chance_ece(scores))
    assert np.mean(errors) == pytest.approx(np.mean(expected), rel=0.1)


def test_bins_have_equal_sizes_and_their_intervals_hold_the_share() -> None:
    logits, relevant = pairs(6, 1000)
    found = bins(scores_of(logits, TRUE), relevant)
    assert [each.count for each in found] == [100] * 10
    assert sum(each.low <= each.score <= each.high for each in found) >= 8
    assert len(bins(np.full(19, 0.5), np.ones(19, dtype=np.bool_))) == 1


def test_a_calibration_pays_on_queries_that_it_was_not_fitted_on() -> None:
    logits, relevant = pairs(7, 2000)
    found = cross_calibrate(logits, relevant, starts(100, 20), NONE, sigmoids(logits))
    assert found.before.ece > 0.1
    assert found.after.ece < 2 * found.after.chance
    assert found.after.log_loss < found.before.log_loss
    assert found.isotonic.ece < 0.05


def test_one_query_cannot_show_what_a_calibration_is_worth() -> None:
    logits, relevant = pairs(8, 50)
    with pytest.raises(FittingError, match="one query"):
        cross_calibrate(logits, relevant, starts(1, 50), NONE, sigmoids(logits))
    only_first = np.arange(50) < 5
    with pytest.raises(FittingError, match="of one query"):
        cross_calibrate(np.linspace(3, -3, 50), only_first, starts(10, 5), NONE, sigmoids(logits))


def threshold_of(logits: Floats, relevant: Relevant, wanted: float) -> Threshold | None:
    """With 20 documents for each query."""
    of_queries = starts(len(logits) // 20, 20)
    found = cross_calibrate(logits, relevant, of_queries, NONE, sigmoids(logits))
    return measured_threshold(logits, relevant, of_queries, found, wanted)


def test_the_threshold_is_the_lowest_that_promises_the_precision() -> None:
    logits, relevant = pairs(9, 20_000)
    scores = scores_of(logits, TRUE)
    found = lowest_threshold(scores, 0.9)
    assert found is not None
    assert scores[scores >= found].mean() >= 0.9
    below = scores[scores < found].max()
    assert scores[scores >= below].mean() < 0.9
    assert relevant[scores >= found].mean() == pytest.approx(0.9, abs=0.01)
    assert lowest_threshold(np.full(50, 0.3), 0.5) is None
    assert lowest_threshold(np.full(9, 0.9), 0.5) is None, "too few documents reach it"
    assert lowest_threshold(np.full(50, 0.7), 0.5) == 0.7


def test_the_held_out_precision_is_that_of_new_queries() -> None:
    """The interval holds it in most of 30 samples, and it is the one that is wanted."""
    held, precisions = 0, []
    for seed in range(30):
        found = threshold_of(*pairs(100 + seed, 1000), 0.85)
        assert found is not None
        logits, relevant = pairs(100 + seed, 1000)
        calibration = fit_calibration(logits, relevant)
        new_logits, new_relevant = pairs(900 + seed, 20_000)
        new = new_relevant[scores_of(new_logits, calibration) >= found.score].mean()
        low, high = found.precision_interval
        held += low <= new <= high
        precisions.append(found.precision)
        assert found.recall_interval[0] <= found.recall <= found.recall_interval[1]
    assert held >= 26
    assert np.mean(precisions) == pytest.approx(0.85, abs=0.01)


def test_no_threshold_gives_a_precision_that_is_out_of_reach() -> None:
    logits, relevant = pairs(10, 400)
    found = threshold_of(logits, relevant & (np.arange(400) % 3 > 0), 0.99)
    assert found is None
    assert threshold_lines(found, 0.99) == [
        "no threshold gives a precision of 0.99 by these judgements"
    ]
