"""The circuit breaker's states, on a clock that the test turns."""

from collections.abc import Callable

import pytest

from sidecar.pipeline.breaker import FAULTS, FIRST_OPEN_S, MAX_OPEN_S, Breaker, State


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def seen() -> list[State]:
    return []


@pytest.fixture
def breaker(clock: Clock, seen: list[State]) -> Breaker:
    return Breaker(clock, seen.append)


def opened(breaker: Breaker) -> Breaker:
    for _ in range(FAULTS):
        breaker.failed()
    return breaker


def test_it_opens_after_faults_in_a_row(breaker: Breaker, seen: list[State]) -> None:
    for _ in range(FAULTS - 1):
        breaker.failed()
    assert breaker.state == "closed"
    assert breaker.retry_after_s == 0.0
    breaker.failed()
    assert breaker.state == "open"
    assert breaker.retry_after_s == FIRST_OPEN_S
    breaker.failed()
    assert seen == ["open"]


def test_a_success_between_faults_keeps_it_closed(breaker: Breaker) -> None:
    for _ in range(3 * FAULTS):
        breaker.failed()
        breaker.succeeded()
    assert breaker.state == "closed"


def test_one_caller_probes_once_it_was_open_long_enough(breaker: Breaker, clock: Clock) -> None:
    opened(breaker)
    assert not breaker.begin_probe()
    clock.now += FIRST_OPEN_S
    assert [breaker.begin_probe(), breaker.begin_probe()] == [True, False]
    assert breaker.state == "half_open"


def test_a_good_probe_closes_it(breaker: Breaker, clock: Clock, seen: list[State]) -> None:
    opened(breaker)
    clock.now += FIRST_OPEN_S
    breaker.begin_probe()
    breaker.probed(True)
    assert seen == ["open", "half_open", "closed"]
    breaker.failed()
    assert breaker.state == "closed", "faults are counted anew"


def test_a_bad_probe_opens_it_for_longer(breaker: Breaker, clock: Clock) -> None:
    opened(breaker)
    waits = []
    for _ in range(8):
        waits.append(breaker.retry_after_s)
        clock.now += breaker.retry_after_s
        assert breaker.begin_probe()
        breaker.probed(False)
        assert breaker.state == "open"
    assert waits[:4] == [1.0, 2.0, 4.0, 8.0]
    assert waits[-1] == MAX_OPEN_S


def test_after_it_closed_it_opens_for_the_first_time_again(breaker: Breaker, clock: Clock) -> None:
    opened(breaker)
    clock.now += FIRST_OPEN_S
    breaker.begin_probe()
    breaker.probed(False)
    clock.now += 2 * FIRST_OPEN_S
    breaker.begin_probe()
    breaker.probed(True)
    assert opened(breaker).retry_after_s == FIRST_OPEN_S


@pytest.mark.parametrize("late", [Breaker.succeeded, Breaker.failed])
def test_requests_that_end_late_change_nothing_while_it_is_open(
    breaker: Breaker, clock: Clock, late: Callable[[Breaker], None]
) -> None:
    opened(breaker)
    late(breaker)
    assert breaker.state == "open"
    breaker.probed(True)
    assert breaker.state == "open", "nobody probes"
