"""The arithmetic between measured values and the report."""

import pytest

from sidecar.workshop.bench.interleaving import interleave, turn_order
from sidecar.workshop.bench.report import REST, Spread, best, compare, percentiles, shares
from sidecar.workshop.bench.sidecar_over_http import RequestTiming, parse_server_timing
from sidecar.workshop.bench.workload import Request, Round


def test_percentiles_lie_between_the_nearest_values() -> None:
    assert percentiles(list(range(101))) == {"p50": 50, "p95": 95, "p99": 99}
    assert percentiles([10.0, 20.0])["p50"] == 15.0
    assert percentiles([7.0]) == {"p50": 7.0, "p95": 7.0, "p99": 7.0}


def test_a_spread_is_median_lowest_and_highest() -> None:
    assert Spread.of([3.0, 1.0, 2.0, 10.0]) == Spread(2.5, 1.0, 10.0)


def test_the_ratio_is_taken_round_by_round() -> None:
    # The machine was half as fast in the second round: the ratios do not see it.
    loop = compare("x", False, ours=[90.0, 45.0, 99.0], theirs=[100.0, 50.0, 100.0])
    assert loop.ratio == Spread(0.9, 0.9, 0.99)
    assert loop.ratio_of_medians == 0.9
    assert loop.pairs_per_second.median == 100.0


def test_the_best_loop_has_the_highest_median_and_not_the_luckiest_round() -> None:
    ours = [1.0, 1.0, 1.0]
    steady = compare("steady", False, ours, [10.0, 10.0, 10.0])
    lucky = compare("lucky", False, ours, [99.0, 9.0, 9.0])
    assert best([lucky, steady]) == "steady"
    assert best([]) is None


def test_server_timing_becomes_seconds_by_stage() -> None:
    header = 'parse;dur=0.12, infer;desc="x";dur=500.00, hit, fuse;dur=1e-1'
    assert parse_server_timing(header) == pytest.approx(
        {"parse": 0.00012, "infer": 0.5, "fuse": 0.0001}
    )
    assert parse_server_timing("") == {}


def test_shares_add_up_and_what_no_stage_took_is_http() -> None:
    found = shares(
        [
            RequestTiming(1.0, {"infer": 0.8, "parse": 0.1}),
            RequestTiming(3.0, {"infer": 2.4, "encode": 0.3}),
        ]
    )
    assert found["infer"] == pytest.approx(0.8)
    assert found["parse"] == pytest.approx(0.025)
    assert found["tokenize"] == 0.0
    assert found[REST] == pytest.approx(0.1)
    assert sum(found.values()) == pytest.approx(1.0)


class Loop:
    """Takes as long as it is told, on the test's clock."""

    now = 0.0

    def __init__(self, name: str, seconds: float) -> None:
        self.name = name
        self.seconds = seconds
        self.seen: list[Round] = []

    def run(self, requests: Round) -> None:
        self.seen.append(requests)
        Loop.now += self.seconds


def test_all_variants_see_the_same_rounds_and_are_timed_alone() -> None:
    loops = [Loop("a", 0.5), Loop("b", 2.0)]
    rounds = [(Request({}, "q", ("x", "y")),), (Request({}, "q", ("z", "w")),)]
    rates = interleave(loops, rounds, clock=lambda: Loop.now, rest_s=0)
    assert rates == {"a": [4.0, 4.0], "b": [1.0, 1.0]}
    assert loops[0].seen == loops[1].seen == rounds


def test_every_variant_leads_and_follows_in_turn() -> None:
    loops = [Loop(name, 1) for name in "abc"]
    orders = ["".join(loop.name for loop in turn_order(loops, number)) for number in range(6)]
    assert orders == ["abc", "cba", "bca", "acb", "cab", "bac"]
