import pytest

from sidecar.errors import Overloaded
from sidecar.pipeline.estimate import estimate_tokens
from sidecar.runtime.admission import Admission
from sidecar.runtime.scheduler import RunReport

FAST = RunReport(pairs=1, tokens=1000, padded_tokens=1000, seconds=1.0)


def admission(backlog: int, workers: int = 1) -> Admission:
    door = Admission(workers, lambda: backlog)
    door.record(FAST)
    return door


def test_an_idle_server_takes_any_request() -> None:
    with admission(backlog=0).admit(10_000_000, deadline_s=0.001):
        pass


def test_a_request_that_would_end_late_is_refused_with_the_time_to_come_back() -> None:
    with (
        pytest.raises(Overloaded) as refused,
        admission(backlog=5000).admit(1000, deadline_s=5.5),
    ):
        pass
    assert refused.value.retry_after_s == 5.0
    assert refused.value.status == 429


def test_work_that_will_be_past_its_deadline_is_not_waited_for() -> None:
    door = Admission(1, lambda: 240_000, clears_s=lambda: 1.0)
    door.record(FAST)
    with door.admit(1000, deadline_s=2.5):
        pass
    with pytest.raises(Overloaded) as refused, door.admit(1000, deadline_s=1.5):
        pass
    assert refused.value.retry_after_s == 1.0


def test_a_request_that_fits_its_deadline_is_taken() -> None:
    with admission(backlog=5000).admit(1000, deadline_s=6.5):
        pass


def test_requests_between_the_door_and_the_queue_count() -> None:
    door = admission(backlog=0)
    with (
        door.admit(5000, deadline_s=1),
        pytest.raises(Overloaded),
        door.admit(10, deadline_s=1),
    ):
        pass
    with door.admit(10, deadline_s=1):
        pass  # the place was given back


def test_the_parts_of_a_request_hold_places_and_are_not_asked_again() -> None:
    door = admission(backlog=0)
    door.check(10_000, deadline_s=1)
    with (
        door.hold(5000, deadline_s=1),
        door.hold(5000, deadline_s=1),
        pytest.raises(Overloaded),
    ):
        door.check(10, deadline_s=1)
    door.check(10, deadline_s=1)


def test_the_place_is_given_back_when_the_request_fails() -> None:
    door = admission(backlog=0)
    with pytest.raises(ValueError, match="bad"), door.admit(5000, deadline_s=1):
        raise ValueError("bad")
    with door.admit(5000, deadline_s=1):
        pass


def test_without_a_measured_rate_nothing_is_refused() -> None:
    door = Admission(1, lambda: 10**9)
    with door.admit(10, deadline_s=0.001):
        pass


def test_the_rate_counts_all_workers_and_follows_the_runs() -> None:
    door = admission(backlog=0, workers=4)
    assert door.tokens_per_second == 4000
    for _ in range(200):
        door.record(RunReport(1, 500, 500, 1.0))
    assert door.tokens_per_second == pytest.approx(2000, rel=0.01)
    door.record(RunReport(1, 500, 500, 1.0, failed=True))
    assert door.tokens_per_second == pytest.approx(2000, rel=0.01)


def test_the_estimate_is_bounded_by_what_the_model_reads() -> None:
    assert estimate_tokens(40, [40, 10**6], most=512) == 23 + 512
