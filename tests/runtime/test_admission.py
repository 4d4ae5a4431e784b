"""Admission by the work ahead, over a scorer whose load the test says."""

from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import pytest

from sidecar.errors import DeadlineExceeded, Overloaded
from sidecar.runtime.admission import Admission
from sidecar.runtime.backlog import Backlog, WaitingWork
from sidecar.runtime.flows import ANYONE, Flow
from sidecar.runtime.scorer import Load, Scored

BATCH = Flow("batch")
ALICE, BOB = Flow(key="alice"), Flow(key="bob")


@dataclass
class Busy:
    """A scorer with so much work ahead, at 1,000 tokens a second."""

    waiting_s: dict[Flow, float] = field(default_factory=dict)
    tokens_per_second: float | None = 1000.0
    large: WaitingWork | None = None
    """Of nobody in particular."""

    async def prefetch(self, inputs: Any) -> None:
        raise AssertionError("admission asks for nothing")

    def submit(self, *args: Any, **options: Any) -> "Future[Scored]":
        raise AssertionError("admission submits nothing")

    @property
    def uncached(self) -> "Busy":
        return self

    def load(self) -> Load:
        jobs = {flow: [WaitingWork(s)] for flow, s in self.waiting_s.items()}
        if self.large is not None:
            jobs[ANYONE] = [self.large]
        return Load(0, 0, Backlog(jobs), 0.0, self.tokens_per_second)


IDLE = Busy()
FIVE_S = Busy({ANYONE: 5.0})


def test_an_idle_server_takes_any_request() -> None:
    for flow in (ANYONE, BATCH, ALICE):
        with Admission().admit(IDLE, flow, 10_000_000, deadline_s=0.001):
            pass


def test_a_request_that_would_end_late_is_refused_with_the_time_to_come_back() -> None:
    with (
        pytest.raises(Overloaded) as refused,
        Admission().admit(FIVE_S, ANYONE, 1000, deadline_s=5.5),
    ):
        pass
    assert refused.value.retry_after_s == 5.0
    assert refused.value.status == 429


def test_a_request_that_fits_its_deadline_is_taken() -> None:
    with Admission().admit(FIVE_S, ANYONE, 1000, deadline_s=7.5):
        pass


def test_only_what_is_served_before_it_counts() -> None:
    admission, batch_s = Admission(), Busy({BATCH: 60.0})
    admission.check(batch_s, ANYONE, 1000, deadline_s=1.5)
    with pytest.raises(Overloaded):
        admission.check(batch_s, BATCH, 1000, deadline_s=1.5)
    with pytest.raises(Overloaded):
        admission.check(FIVE_S, BATCH, 100, deadline_s=5.5)


def test_a_greedy_key_is_refused_before_others() -> None:
    admission, greedy = Admission(), Busy({ALICE: 5.0})
    with pytest.raises(Overloaded):
        admission.check(greedy, ALICE, 1000, deadline_s=4.0)
    admission.check(greedy, BOB, 1000, deadline_s=4.0)


def test_requests_that_are_not_queued_yet_count() -> None:
    admission = Admission()
    with admission.admit(IDLE, ANYONE, 5000, deadline_s=1) as place:
        with pytest.raises(Overloaded), admission.admit(IDLE, ANYONE, 5000, deadline_s=1):
            pass
        place.queued()
        with admission.admit(IDLE, ANYONE, 10, deadline_s=1):
            pass  # from here on the queue counts them
    with admission.admit(IDLE, ANYONE, 10, deadline_s=1):
        pass  # the place was given back


def test_requests_of_another_model_count_at_its_own_rate() -> None:
    admission, slow = Admission(), Busy(tokens_per_second=10.0)
    with (
        admission.admit(slow, ANYONE, 50, deadline_s=9),
        pytest.raises(Overloaded) as refused,
        admission.admit(IDLE, ANYONE, 10_000, deadline_s=16),
    ):
        pass
    assert refused.value.retry_after_s == pytest.approx(5.0, abs=0.01)


def test_the_parts_of_a_request_hold_places_and_are_not_asked_again() -> None:
    admission = Admission()
    admission.check(IDLE, ANYONE, 10_000, deadline_s=1)
    with (
        admission.hold(IDLE, ANYONE, 5000, deadline_s=1),
        admission.hold(IDLE, ANYONE, 5000, deadline_s=1),
        pytest.raises(Overloaded),
    ):
        admission.check(IDLE, ANYONE, 5000, deadline_s=1)
    admission.check(IDLE, ANYONE, 10, deadline_s=1)


def test_the_place_is_given_back_when_the_request_fails() -> None:
    admission = Admission()
    with (
        pytest.raises(ValueError, match="bad"),
        admission.admit(IDLE, ANYONE, 5000, deadline_s=1),
    ):
        raise ValueError("bad")
    with admission.admit(IDLE, ANYONE, 5000, deadline_s=1):
        pass


def test_a_request_that_is_not_queued_yet_is_waited_for_until_its_deadline_at_most() -> None:
    now = 0.0
    admission = Admission(lambda: now)
    with admission.admit(IDLE, ANYONE, 60_000, deadline_s=3):
        now = 2.0
        with admission.admit(IDLE, ANYONE, 200, deadline_s=1.6):
            pass
        with pytest.raises(Overloaded) as refused:
            admission.check(IDLE, ANYONE, 1000, deadline_s=1.6)
        assert refused.value.retry_after_s == 1.0


def test_without_a_measured_rate_nothing_is_refused() -> None:
    busy = Busy({ANYONE: 10.0}, tokens_per_second=None)
    with Admission().admit(busy, ANYONE, 10, deadline_s=0.001):
        pass


def test_requests_that_end_after_their_forecast_make_admission_careful() -> None:
    now = 0.0
    admission = Admission(lambda: now)
    admission.check(FIVE_S, ANYONE, 1000, deadline_s=7.5)

    def end_late() -> None:
        nonlocal now
        with admission.hold(FIVE_S, ANYONE, 1000, deadline_s=12.0):
            now += 12.0
            raise DeadlineExceeded("late")

    for _ in range(10):
        with pytest.raises(DeadlineExceeded):
            end_late()
    with pytest.raises(Overloaded):
        admission.check(FIVE_S, ANYONE, 1000, deadline_s=7.5)
    admission.check(FIVE_S, BOB, 1000, deadline_s=7.5)  # what one flow meets is no other's


def test_a_flow_whose_pairs_are_in_the_cache_is_taken_for_what_it_costs() -> None:
    admission = Admission()
    with pytest.raises(Overloaded):
        admission.check(FIVE_S, ANYONE, 5000, deadline_s=7.5)
    for _ in range(200):
        with admission.hold(IDLE, ANYONE, 5000, deadline_s=1) as place:
            place.scored(run_tokens=250)
    admission.check(FIVE_S, ANYONE, 5000, deadline_s=7.5)


def test_a_small_request_is_taken_in_front_of_large_ones_unless_it_makes_one_late() -> None:
    admission = Admission()
    with admission.hold(IDLE, ANYONE, 10_000, deadline_s=14):
        admission.check(IDLE, ANYONE, 1000, deadline_s=2)
        with pytest.raises(Overloaded, match="make another one late"):
            admission.check(IDLE, ANYONE, 3000, deadline_s=6)


def test_a_request_that_would_be_late_behind_one_with_time_is_due_before_it() -> None:
    now = 100.0
    admission = Admission(lambda: now)
    has_time = Busy(large=WaitingWork(5.0, due_s=1.5, deadline_s=10.0))
    with admission.admit(has_time, ANYONE, 600, deadline_s=5.5) as place:
        assert place.ahead_s == 0
        assert place.due < now + 1.5
    with admission.admit(has_time, ANYONE, 600, deadline_s=9.0) as place:
        assert place.due == pytest.approx(now + 4 * 0.6), "it is in time behind the other"
    hurried = Busy(large=WaitingWork(5.0, due_s=1.5, deadline_s=6.2))
    with pytest.raises(Overloaded, match="queued ahead"):
        admission.check(hurried, ANYONE, 600, deadline_s=5.5)
    partial = Busy(large=WaitingWork(5.0, due_s=1.5))
    with pytest.raises(Overloaded, match="queued ahead"):
        admission.check(partial, ANYONE, 600, deadline_s=5.5)


def test_a_request_that_is_not_queued_yet_keeps_the_moment_at_which_it_is_due() -> None:
    now = 0.0
    admission = Admission(lambda: now)
    with admission.admit(IDLE, ANYONE, 1000, deadline_s=20) as first:
        assert first.due == 4.0
        now = 3.0
        with admission.admit(IDLE, ANYONE, 500, deadline_s=20) as second:
            assert second.due == 5.0
            assert second.ahead_s == 1.0
