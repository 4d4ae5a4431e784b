"""Rounds to figures: rates, ratios, costs, the target, and errors against the reference."""

import orjson
import pytest

from sidecar.workshop.bench.compare.accuracy import CLIPPED, accuracy, kendall
from sidecar.workshop.bench.compare.contender_run import MeasuredRound
from sidecar.workshop.bench.compare.figures import Target, figures, ratio, target
from sidecar.workshop.bench.report import Spread, to_json
from tests.workshop.bench.compare.compared import COMPARISON, row


def done(seconds: float, cpu: float | None = 1.0, pairs: int = 100) -> MeasuredRound:
    return MeasuredRound(pairs, seconds, (seconds,), cpu)


def test_rates_times_and_cost_are_of_all_rounds() -> None:
    found = figures([done(1.0), done(2.0, 2.0), done(4.0, 3.0)], None, 3.6)
    assert found.rates == (100, 50, 25)
    assert found.pairs_per_second == Spread(50, 25, 100)
    assert found.request_ms["p50"] == 2000
    assert found.requests == 3
    assert found.cpu_s_per_1000 == pytest.approx(1000 * 6 / 300)
    # 50 pairs/s are 180,000 an hour.
    assert found.cost_per_million == pytest.approx(3.6 / 0.18)
    assert found.ratio is None


def test_cpu_time_that_is_not_known_of_every_round_is_not_told() -> None:
    assert figures([done(1.0), done(1.0, None)], None, None).cpu_s_per_1000 is None
    assert figures([done(1.0)], None, None).cost_per_million is None


def test_a_ratio_is_taken_round_by_round() -> None:
    ours, theirs = [done(1.0), done(4.0), done(1.0)], [done(2.0), done(4.0), done(3.0)]
    # Of the medians it would be 2; the slow second round was slow for both.
    assert ratio(ours, theirs) == Spread(2, 1, 3)
    assert ratio(ours, theirs[:2]) is None
    assert ratio(ours[:1], [done(1.0, pairs=50)]) is None
    assert ratio([], []) is None


def test_the_target_is_against_the_peer_with_the_highest_median() -> None:
    rows = [
        row("ours", ours=True, rate=500, ratio=1.0),
        row("slow", rate=50, ratio=2.0),
        row("strong", rate=80, ratio=1.25),
    ]
    found = target(rows, "lognormal")
    assert found == Target("strong", Spread(1.25, 1.25, 1.25))
    assert not found.met
    assert target(rows, "short") is None
    assert target(rows[:1], "lognormal") is None


def test_a_comparison_is_written_as_json() -> None:
    read = orjson.loads(to_json(COMPARISON))
    assert read["rows"][0]["workloads"]["lognormal"]["pairs_per_second"]["median"] == 120
    assert read["rows"][-1]["failed"] == "no such package"


def test_kendall_is_of_orders() -> None:
    assert kendall([1, 2, 3, 4], [10, 20, 30, 40]) == 1
    assert kendall([1, 2, 3, 4], [4, 3, 2, 1]) == -1
    # One of six pairs is turned round: (5 - 1) / 6.
    assert kendall([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx(4 / 6)
    # tau-b with a tie on one side: 5 / sqrt(5 * 6).
    assert kendall([1, 1, 3, 4], [1, 2, 3, 4]) == pytest.approx(5 / 30**0.5)
    assert kendall([1, 1], [1, 2]) == 0


def test_errors_are_of_all_pairs_and_taus_of_each_request() -> None:
    found = accuracy([[1.0, 2.5], [5.0, 3.0]], [[1.0, 2.0], [3.0, 4.0]])
    assert found.pairs == 4
    assert found.max_difference == 2.0
    assert found.mean_difference == pytest.approx(3.5 / 4)
    assert found.max_relative == pytest.approx(2.0 / 1.25**0.5)
    assert found.kendall == 0  # the first order is the same, the second turned round
    assert found.clipped == 0
    assert accuracy([[CLIPPED, 0.0]], [[20.0, 0.0]]).clipped == 1


def test_logits_of_other_documents_are_refused() -> None:
    with pytest.raises(ValueError, match="1 logits for 2 documents"):
        accuracy([[1.0]], [[1.0, 2.0]])
