"""Who is served how much, by a device that is always busy."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidecar.runtime.fair_shares import CREDIT_S, FairShares
from sidecar.runtime.flows import ANYONE, Flow

BATCH = Flow("batch")
ALICE, BOB, CARL = Flow(key="alice"), Flow(key="bob"), Flow(key="carl")


def serve(shares: FairShares, waiting: list[Flow], seconds: float) -> Counter[Flow]:
    """Seconds that each is served while all of them wait, in runs of 10 ms."""
    served: Counter[Flow] = Counter()
    for _ in range(round(seconds * 100)):
        flow = shares.first(waiting)
        shares.charge({flow: 0.01})
        served[flow] += 0.01
    return served


@pytest.mark.parametrize("share", [0.1, 0.25])
def test_batch_gets_its_share_while_interactive_work_waits_and_no_more(share: float) -> None:
    shares = FairShares(share)
    serve(shares, [ANYONE, BATCH], 10)  # the credit is spent
    assert serve(shares, [BATCH, ANYONE], 100)[BATCH] == pytest.approx(100 * share, rel=0.01)


def test_batch_has_the_whole_device_when_nothing_else_waits() -> None:
    assert serve(FairShares(), [BATCH], 5)[BATCH] == pytest.approx(5)


def test_batch_that_took_what_was_left_gives_way_to_interactive_work() -> None:
    shares = FairShares()
    serve(shares, [BATCH], 60)
    assert serve(shares, [BATCH, ANYONE], 4)[BATCH] == 0


def test_batch_starves_no_longer_than_the_credit() -> None:
    shares = FairShares()
    serve(shares, [BATCH], 60)
    assert serve(shares, [BATCH, ANYONE], CREDIT_S)[BATCH] > 0


def test_idle_batch_saves_nothing_up_to_hold_up_interactive_work() -> None:
    shares = FairShares()
    serve(shares, [ANYONE], 60)
    assert serve(shares, [BATCH, ANYONE], 10)[BATCH] == pytest.approx(1, abs=0.02)


def test_keys_have_equal_shares() -> None:
    shares = FairShares()
    served = serve(shares, [ALICE, BOB, CARL], 30)
    assert [served[flow] for flow in (ALICE, BOB, CARL)] == pytest.approx([10, 10, 10], abs=0.02)


def test_a_key_that_asks_for_less_than_its_share_is_served_as_if_it_were_alone() -> None:
    shares = FairShares()
    serve(shares, [ALICE], 60)
    for _ in range(20):  # bob asks for a third of the time
        assert serve(shares, [ALICE, BOB], 0.5)[ALICE] <= 0.02
        serve(shares, [ALICE], 1.0)


def test_a_client_that_was_alone_keeps_its_credit_beside_a_greedy_newcomer() -> None:
    shares = FairShares()
    for _ in range(20):
        serve(shares, [BOB], 0.3)
        shares.rest(0.7)
    serve(shares, [ALICE], 0.2)
    assert serve(shares, [ALICE, BOB], 0.3)[ALICE] <= 0.16
    serve(shares, [ALICE], 0.7)
    assert serve(shares, [ALICE, BOB], 0.3)[ALICE] == 0


def test_searches_that_leave_time_over_have_credit_when_batch_work_comes() -> None:
    shares = FairShares()
    for _ in range(20):
        serve(shares, [ANYONE], 0.7)
        shares.rest(0.3)
    assert serve(shares, [ANYONE, BATCH], 3)[BATCH] == 0


def test_a_key_that_asks_for_more_than_its_share_gets_its_share() -> None:
    shares = FairShares()
    for _ in range(30):  # bob asks for three quarters of the time
        served = serve(shares, [ALICE, BOB], 1.5)
        serve(shares, [ALICE], 0.5)
    assert served[ALICE] > 0.4


def test_a_key_that_was_away_for_long_has_a_bounded_credit() -> None:
    shares = FairShares()
    serve(shares, [ALICE], 1000)
    served = serve(shares, [ALICE, BOB], CREDIT_S + 10)
    assert served[BOB] == pytest.approx(CREDIT_S + 5, abs=0.05)


flows = st.builds(Flow, st.sampled_from(["interactive", "batch"]), st.sampled_from("abc"))


@given(st.lists(flows, max_size=40), st.dictionaries(flows, st.floats(0.05, 4)), flows)
def test_the_forecast_is_what_happens(
    before: list[Flow], waiting: dict[Flow, float], flow: Flow
) -> None:
    shares = FairShares()
    for each in before:
        shares.charge({each: 0.5})
    work_s = 1.0
    waiting.pop(flow, None)
    forecast_s = shares.served_before(flow, work_s, waiting)
    left = {**waiting, flow: work_s}
    while left.get(flow, 0) > 1e-9:
        chosen = shares.first(left)
        shares.charge({chosen: (step := min(0.01, left[chosen]))})
        left[chosen] -= step
        if left[chosen] <= 1e-9:
            del left[chosen]
    served_s = sum(waiting.values()) - sum(left.values())
    # A run of batch work counts ten times on its side of the scales.
    assert served_s == pytest.approx(forecast_s, abs=0.25)


def test_a_look_ahead_changes_nothing() -> None:
    shares = FairShares()
    serve(shares, [ALICE], 1)
    ahead = shares.copy()
    serve(ahead, [BATCH, BOB], 50)
    assert shares.served_before(BOB, 0.5, {ALICE: 9}) == 0
    assert ahead.served_before(BOB, 0.5, {ALICE: 9}) > 0
