from sidecar.runtime.backlog import Backlog
from sidecar.runtime.flows import ANYONE, Flow

BATCH = Flow("batch")


def test_nothing_waits_for_an_idle_device() -> None:
    assert Backlog().ahead_s(ANYONE, 10.0) == 0
    assert Backlog().total_s == 0


def test_work_waits_for_what_its_flow_has_queued_before_and_for_runs_under_way() -> None:
    backlog = Backlog({ANYONE: 2.0}, running_s=0.5)
    assert backlog.ahead_s(ANYONE, 1.0) == 2.5


def test_interactive_work_does_not_wait_for_batch_work() -> None:
    assert Backlog({BATCH: 60.0}).ahead_s(ANYONE, 1.0) == 0
    assert Backlog({ANYONE: 60.0}).ahead_s(BATCH, 0.1) > 0.8


def test_nobody_waits_for_work_beyond_its_deadline() -> None:
    backlog = Backlog({ANYONE: 60.0}, last_deadline_s=3.0)
    assert backlog.ahead_s(ANYONE, 1.0) == backlog.total_s == 3.0
    assert backlog.plus({BATCH: 1.0}, 9.0).ahead_s(BATCH, 1.0) == 9.0


def test_more_work_is_added_to_its_flow() -> None:
    backlog = Backlog({ANYONE: 1.0}).plus({ANYONE: 2.0, BATCH: 4.0}, 10.0)
    assert backlog.ahead_s(ANYONE, 0.0) == 3.0
    assert backlog.total_s == 7.0
