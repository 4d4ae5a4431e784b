"""The short form of `races`."""

import pytest

from tests.runtime.races import race


@pytest.mark.parametrize("budget", [0, 16], ids=["one input a run", "batches"])
def test_requests_that_end_in_several_ways_at_once_hold_nobody_up(budget: int) -> None:
    site = race(3.0, budget=budget)
    assert site.wrong == []
    ways = ("scored", "CancelledError", "DeadlineExceeded", "InferenceFailed")
    assert min(site.outcomes[each] for each in ways) > 0, "too few requests on this machine"
