import pytest

from sidecar.runtime.backlog import Backlog, WaitingWork
from sidecar.runtime.flows import ANYONE, Flow

BATCH = Flow("batch")
ALICE = Flow(key="alice")
new = WaitingWork.new


def test_nothing_waits_for_an_idle_device() -> None:
    assert Backlog().ahead_s(ANYONE, new(10.0)) == 0
    assert not Backlog().makes_late(ANYONE, new(10.0), 1.0)
    assert Backlog().total_s == 0


def test_work_waits_for_what_is_due_before_it_and_for_runs_under_way() -> None:
    backlog = Backlog({ANYONE: [new(8.0), new(0.25), new(9.0)]}, running_s=0.5)
    assert backlog.ahead_s(ANYONE, new(0.5)) == 0.75
    assert backlog.ahead_s(ANYONE, new(100.0)) == 17.75
    assert backlog.total_s == 17.75


def test_interactive_work_does_not_wait_for_batch_work() -> None:
    assert Backlog({BATCH: [new(60.0)]}).ahead_s(ANYONE, new(1.0)) == 0
    assert Backlog({ANYONE: [new(60.0)]}).ahead_s(BATCH, new(0.1)) > 0.8


def test_nobody_waits_for_work_beyond_its_deadline() -> None:
    backlog = Backlog({ANYONE: [new(60.0)]}, last_deadline_s=3.0)
    assert backlog.ahead_s(ANYONE, new(61.0)) == backlog.total_s == 3.0
    assert backlog.plus([(BATCH, new(1.0, 9.0))]).ahead_s(BATCH, new(1.0)) == 9.0


def test_more_work_is_added_to_its_flow() -> None:
    backlog = Backlog({ANYONE: [new(1.0)]}).plus([(ANYONE, new(2.0))])
    assert backlog.ahead_s(ANYONE, new(3.0)) == 3.0
    assert backlog.plus([(BATCH, new(4.0))]).total_s == 7.0


@pytest.mark.parametrize(
    ("deadline_s", "work_s", "caution", "late"),
    [
        (12.0, 1.0, 1.0, False),
        (10.5, 1.0, 1.0, True),
        (12.0, 1.0, 1.2, True),
        (9.0, 1.0, 1.0, False),
        (9.5, 1.0, 1.0, True),
        (9.5, 0.004, 1.2, True),
        (10.5, 0.004, 1.2, False),
    ],
    ids=["in time", "late", "too near", "lost", "in doubt", "in doubt: no trifle", "a trifle"],
)
def test_a_smaller_job_may_make_a_larger_one_late(
    deadline_s: float, work_s: float, caution: float, late: bool
) -> None:
    backlog = Backlog({ANYONE: [WaitingWork(10.0, 8.0, deadline_s)]})
    assert backlog.makes_late(ANYONE, new(work_s), caution) is late
    assert not backlog.makes_late(ANYONE, new(100.0), caution), "it comes after it"
    assert not backlog.makes_late(ALICE, new(work_s), caution), "shares see to that"


def test_what_others_are_served_meanwhile_counts() -> None:
    waiting = {ANYONE: [WaitingWork(10.0, 8.0, 15.0)]}
    assert not Backlog(waiting).makes_late(ANYONE, new(1.0), 1.0)
    beside = Backlog({**waiting, ALICE: [new(10.0)]})
    assert not beside.makes_late(ANYONE, new(1.0), 1.0), "it is late in any case"
    assert Backlog({**waiting, ALICE: [new(4.5)]}).makes_late(ANYONE, new(1.0), 1.0)


def test_a_job_may_be_due_before_those_with_a_later_deadline() -> None:
    jobs = [WaitingWork(1.0, 3.0, 20.0), WaitingWork(1.0, 2.0, 5.0), WaitingWork(1.0, 1.0)]
    hurried = Backlog({ANYONE: jobs}).before_later_deadlines(ANYONE, WaitingWork(1.0, 4.0, 9.0))
    assert 2.0 < hurried.due_s < 3.0, "before the first job alone: the last may be answered in part"
    assert Backlog({ANYONE: jobs}).ahead_s(ANYONE, hurried) == 2.0
    assert Backlog({ALICE: jobs}).before_later_deadlines(ANYONE, new(1.0, 9.0)) == new(1.0, 9.0)
