"""Which job leads the next run."""

from dataclasses import dataclass

from sidecar.runtime.fair_shares import FairShares
from sidecar.runtime.flows import ANYONE, Flow
from sidecar.runtime.run_order import RunOrder

BATCH, ALICE = Flow("batch"), Flow(key="alice")


@dataclass(eq=False)
class Job:
    waiting: list[tuple[int, int]]
    flow: Flow = ANYONE

    @property
    def waiting_tokens(self) -> int:
        return sum(length for length, _ in self.waiting)


def job(inputs: int, flow: Flow = ANYONE) -> Job:
    return Job([(10, position) for position in range(inputs)], flow)


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
    made.turn(lead[0].flow)
    made.took(lead[0], 10, 0.01)
    return lead[0]


def test_the_oldest_and_the_one_with_the_fewest_left_lead_in_turn() -> None:
    oldest, middle, smallest = job(5), job(4), job(3)
    made = order(oldest, middle, smallest)
    led = [take(made) for _ in range(12)]
    assert led[:6] == [oldest, smallest] * 3
    assert led[-1] is middle
    assert made.lead() is None


def test_batch_waits_for_interactive_work_of_any_age() -> None:
    batch, search = job(9, BATCH), job(3)
    made = order(batch, search)
    assert [take(made) for _ in range(4)] == [search] * 3 + [batch]


def test_a_key_does_not_wait_for_the_queue_of_another() -> None:
    greedy = [job(50) for _ in range(20)]
    made = order(*greedy)
    for _ in range(10):
        take(made)
    made.add(polite := job(3, ALICE), "model")
    assert [take(made) for _ in range(3)] == [polite] * 3


def test_what_is_dropped_is_not_led_and_not_counted() -> None:
    gone, stays = job(2), job(3)
    made = order(gone, stays)
    take(made)
    made.drop(gone)
    gone.waiting.clear()
    made.drop(gone)
    assert made.waiting_tokens() == {ANYONE: {"model": 30}}
    assert len(made) == 1
    assert take(made) is stays


def test_tokens_are_counted_by_flow_and_model() -> None:
    made = order(job(2))
    made.add(job(1, ALICE), "other")
    made.add(job(1), "other")
    assert made.waiting_tokens() == {ANYONE: {"model": 20, "other": 10}, ALICE: {"other": 10}}
