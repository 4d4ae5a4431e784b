"""Admission by the work ahead, over a scorer whose load the test says."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass

import pytest

from sidecar.errors import Overloaded
from sidecar.runtime.admission import Admission
from sidecar.runtime.scorer import Load, OnOutput, Scored
from sidecar.runtime.session import ModelInput


@dataclass
class Busy:
    """A scorer with so much work ahead, at 1,000 tokens a second."""

    wait_s: float
    tokens_per_second: float | None = 1000.0

    def submit(
        self,
        inputs: Sequence[ModelInput],
        deadline: float,
        on_output: OnOutput | None = None,
        *,
        in_order: bool = False,
    ) -> "Future[Scored]":
        raise AssertionError("admission submits nothing")

    def load(self) -> Load:
        return Load(0, 0, self.wait_s, 0.0, self.tokens_per_second)


IDLE = Busy(0.0)


def test_an_idle_server_takes_any_request() -> None:
    with Admission().admit(IDLE, 10_000_000, deadline_s=0.001):
        pass


def test_a_request_that_would_end_late_is_refused_with_the_time_to_come_back() -> None:
    with pytest.raises(Overloaded) as refused, Admission().admit(Busy(5.0), 1000, deadline_s=5.5):
        pass
    assert refused.value.retry_after_s == 5.0
    assert refused.value.status == 429


def test_a_request_that_fits_its_deadline_is_taken() -> None:
    with Admission().admit(Busy(5.0), 1000, deadline_s=6.5):
        pass


def test_requests_that_are_not_queued_yet_count() -> None:
    admission = Admission()
    with (
        admission.admit(IDLE, 5000, deadline_s=1),
        pytest.raises(Overloaded),
        admission.admit(IDLE, 10, deadline_s=1),
    ):
        pass
    with admission.admit(IDLE, 10, deadline_s=1):
        pass  # the place was given back


def test_requests_of_another_model_count_at_its_own_rate() -> None:
    admission, slow = Admission(), Busy(0.0, tokens_per_second=10.0)
    with (
        admission.admit(slow, 50, deadline_s=9),
        pytest.raises(Overloaded) as refused,
        admission.admit(IDLE, 10, deadline_s=1),
    ):
        pass
    assert refused.value.retry_after_s == pytest.approx(5.0, abs=0.01)


def test_the_parts_of_a_request_hold_places_and_are_not_asked_again() -> None:
    admission = Admission()
    admission.check(IDLE, 10_000, deadline_s=1)
    with (
        admission.hold(IDLE, 5000, deadline_s=1),
        admission.hold(IDLE, 5000, deadline_s=1),
        pytest.raises(Overloaded),
    ):
        admission.check(IDLE, 10, deadline_s=1)
    admission.check(IDLE, 10, deadline_s=1)


def test_the_place_is_given_back_when_the_request_fails() -> None:
    admission = Admission()
    with pytest.raises(ValueError, match="bad"), admission.admit(IDLE, 5000, deadline_s=1):
        raise ValueError("bad")
    with admission.admit(IDLE, 5000, deadline_s=1):
        pass


def test_a_request_that_is_not_queued_yet_is_waited_for_until_its_deadline_at_most() -> None:
    now = 0.0
    admission = Admission(lambda: now)
    with admission.admit(IDLE, 60_000, deadline_s=3):
        now = 2.0
        with admission.admit(IDLE, 500, deadline_s=1.6):
            pass
        with pytest.raises(Overloaded) as refused:
            admission.check(IDLE, 1000, deadline_s=1.6)
        assert refused.value.retry_after_s == 1.0


def test_without_a_measured_rate_nothing_is_refused() -> None:
    with Admission().admit(Busy(10.0, tokens_per_second=None), 10, deadline_s=0.001):
        pass
