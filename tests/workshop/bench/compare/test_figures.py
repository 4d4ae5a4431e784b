"""Rounds to figures: rates, ratios, costs and the target."""

import orjson
import pytest

from sidecar.workshop.bench.compare.contender_run import MeasuredRound
from sidecar.workshop.bench.compare.figures import (
    Target,
    contender_figures,
    speed_ratio,
    speed_target,
)
from sidecar.workshop.bench.json_figures import to_json
from sidecar.workshop.bench.spread import Spread
from tests.workshop.bench.compare.example_comparison import COMPARISON, row


def measured(seconds: float, cpu: float | None = 1.0, pairs: int = 100) -> MeasuredRound:
    return MeasuredRound(pairs, seconds, (seconds,), cpu)


def test_rates_times_and_cost_count_all_rounds() -> None:
    figures = contender_figures([measured(1.0), measured(2.0, 2.0), measured(4.0, 3.0)], None, 3.6)
    assert figures.rates == (100, 50, 25)
    assert figures.pairs_per_second == Spread(50, 25, 100)
    assert figures.request_ms["p50"] == 2000
    assert figures.requests == 3
    assert figures.cpu_s_per_1000 == pytest.approx(1000 * 6 / 300)
    # 50 pairs/s are 180,000 an hour.
    assert figures.cost_per_million == pytest.approx(3.6 / 0.18)
    assert figures.ratio is None


def test_cpu_time_that_is_not_known_of_every_round_is_unknown() -> None:
    assert (
        contender_figures([measured(1.0), measured(1.0, None)], None, None).cpu_s_per_1000 is None
    )
    assert contender_figures([measured(1.0)], None, None).cost_per_million is None


def test_a_ratio_is_taken_round_by_round() -> None:
    ours, theirs = (
        [measured(1.0), measured(4.0), measured(1.0)],
        [measured(2.0), measured(4.0), measured(3.0)],
    )
    # Of the medians it would be 2; the slow second round was slow for both.
    assert speed_ratio(ours, theirs) == Spread(2, 1, 3)
    assert speed_ratio(ours, theirs[:2]) is None
    assert speed_ratio(ours[:1], [measured(1.0, pairs=50)]) is None
    assert speed_ratio([], []) is None


def test_the_target_is_against_the_peer_with_the_highest_median() -> None:
    rows = [
        row("ours", ours=True, rate=500, ratio=1.0),
        row("slow", rate=50, ratio=2.0),
        row("strong", rate=80, ratio=1.25),
    ]
    best = speed_target(rows, "lognormal")
    assert best == Target("strong", Spread(1.25, 1.25, 1.25))
    assert not best.met
    assert speed_target(rows, "short") is None
    assert speed_target(rows[:1], "lognormal") is None


def test_a_comparison_is_written_as_json() -> None:
    read = orjson.loads(to_json(COMPARISON))
    assert read["rows"][0]["workloads"]["lognormal"]["pairs_per_second"]["median"] == 120
    assert read["rows"][-1]["failed"] == "no such package"
