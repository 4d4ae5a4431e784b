"""The arithmetic between measured values and the report."""

import pytest

from sidecar.workshop.bench.report import REST, BareLoopFigures, fastest_loop, stage_shares
from sidecar.workshop.bench.sidecar_over_http import RequestTiming


def test_the_ratio_is_taken_round_by_round() -> None:
    loop = BareLoopFigures.of("x", False, [90.0, 45.0, 99.0], [100.0, 50.0, 100.0])
    assert loop.ratio.high == 0.99
    assert loop.ratio_of_medians == 0.9
    assert loop.pairs_per_second.median == 100.0


def test_the_fastest_loop_has_the_highest_median_and_not_the_luckiest_round() -> None:
    http = [1.0, 1.0, 1.0]
    steady = BareLoopFigures.of("steady", False, http, [10.0, 10.0, 10.0])
    lucky = BareLoopFigures.of("lucky", False, http, [99.0, 9.0, 9.0])
    assert fastest_loop([lucky, steady]) == "steady"
    assert fastest_loop([]) is None


def test_shares_add_up_and_http_is_what_no_stage_took() -> None:
    shares = stage_shares(
        [
            RequestTiming(1.0, {"infer": 0.8, "parse": 0.1}),
            RequestTiming(3.0, {"infer": 2.4, "encode": 0.3}),
        ]
    )
    assert shares["infer"] == pytest.approx(0.8)
    assert shares["parse"] == pytest.approx(0.025)
    assert shares["tokenize"] == 0.0
    assert shares[REST] == pytest.approx(0.1)
    assert sum(shares.values()) == pytest.approx(1.0)
