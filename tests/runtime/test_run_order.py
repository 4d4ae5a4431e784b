"""Which job leads the next run."""

import itertools
from dataclasses import dataclass

from sidecar.runtime.fair_shares import FairShares
from sidecar.runtime.flows import ANYONE, Flow
from sidecar.runtime.run_order import DEADLINE_SHARE, PATIENCE, RunOrder, due_s

BATCH, ALICE = Flow("batch"), Flow(key="alice")


@dataclass(eq=False)
class Job:
    """A job of some inputs that take a second each."""

    waiting: list[tuple[int, int]]
    due: float
    flow: Flow = ANYONE


def job(inputs: int, flow: Flow = ANYONE, came: float = 0.0, deadline_s: float = 1000.0) -> Job:
    waiting = [(10, position) for position in range(inputs)]
    return Job(waiting, came + due_s(float(inputs), deadline_s), flow)


Order = RunOrder[Job, str]


def order(*jobs: Job) -> Order:
    made: Order = RunOrder(FairShares())
    for each in jobs:
        made.add(each, "model")
    return made


def take(made: Order) -> Job:
    """One input of the job that leads."""
    lead = made.lead()
    assert lead is not None
    lead[0].waiting.pop()
    made.took({lead[0]: 1.0})
    return lead[0]


def test_jobs_that_come_together_are_served_the_smallest_first() -> None:
    large, middle, small = job(5), job(3), job(1)
    made = order(large, middle, small)
    assert [take(made) for _ in range(9)] == [small, *[middle] * 3, *[large] * 5]
    assert made.lead() is None


def test_equals_are_served_as_they_came() -> None:
    first, second = job(2), job(2)
    made = order(first, second)
    assert [take(made) for _ in range(4)] == [first, first, second, second]


def test_no_job_is_overtaken_for_ever() -> None:
    large = job(10)
    made = order(large)
    for second in itertools.count():
        made.add(job(1, came=float(second)), "model")
        if take(made) is large:
            break
    assert second == 10 * PATIENCE - PATIENCE


def test_a_near_deadline_makes_a_job_due_before_it() -> None:
    patient, hurried = job(2), job(5, deadline_s=10.0)
    assert hurried.due == 10 * DEADLINE_SHARE
    assert take(order(patient, hurried)) is hurried


def test_batch_waits_for_interactive_work_of_any_age() -> None:
    batch, search = job(1, BATCH), job(3, came=100.0)
    made = order(batch, search)
    assert [take(made) for _ in range(4)] == [search] * 3 + [batch]


def test_a_key_does_not_wait_for_the_queue_of_another() -> None:
    greedy = [job(1) for _ in range(20)]
    made = order(*greedy)
    for _ in range(4):
        take(made)
    made.add(polite := job(3, ALICE), "model")
    assert [take(made) for _ in range(3)] == [polite] * 3


def test_what_is_dropped_is_not_led_and_does_not_wait() -> None:
    gone, stays = job(2), job(3)
    made = order(gone, stays)
    assert take(made) is gone
    made.drop(gone)
    gone.waiting.clear()
    made.drop(gone)
    assert made.waiting() == {ANYONE: [("model", stays)]}
    assert len(made) == 1
    assert take(made) is stays


def test_what_waits_is_known_by_flow_and_model() -> None:
    one, two, three = job(2), job(1, ALICE), job(1)
    made = order(one)
    made.add(two, "other")
    made.add(three, "other")
    assert made.waiting() == {ANYONE: [("model", one), ("other", three)], ALICE: [("other", two)]}


def test_batch_keeps_to_its_share_in_runs_of_many_jobs() -> None:
    """Charged job by job, each large run of `batch` would forgive what it owes to `interactive`."""
    searches, batches = [job(100) for _ in range(20)], [job(100, BATCH) for _ in range(20)]
    made = order(*searches, *batches)
    served_s = {"interactive": 0.0, "batch": 0.0}
    for _ in range(400):
        lead = made.lead()
        assert lead is not None
        run = batches if lead[0].flow == BATCH else searches
        made.took(dict.fromkeys(run, 0.15))
        served_s[lead[0].flow.priority] += 3.0
    assert 0.09 < served_s["batch"] / sum(served_s.values()) < 0.12
