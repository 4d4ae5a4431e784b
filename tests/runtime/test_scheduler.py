"""The queue and its workers, over sessions whose time the test holds."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError

import numpy as np
import pytest

from sidecar.errors import DeadlineExceeded, InferenceFailed, RerankError
from sidecar.runtime.device_queues import DeviceQueues
from sidecar.runtime.families import FAMILIES, Family
from sidecar.runtime.flows import Flow
from sidecar.runtime.jobs import RunReport
from sidecar.runtime.manifest import Padding
from sidecar.runtime.model_queue import Clock
from sidecar.runtime.model_session import ModelSession, Observer
from sidecar.runtime.runs import Layout
from sidecar.runtime.scheduler import Scheduler
from sidecar.runtime.session import Batch, ModelInput, Session, Tensors

LATER = 1e9


class Gate:
    """A session that answers the sum of the ids, once it is let to."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.open = threading.Event()
        self.runs: list[list[int]] = []

    def run(self, batch: Batch) -> Tensors:
        self.runs.append(batch.attention_mask.sum(axis=1).tolist())
        self.entered.release()
        assert self.open.wait(10)
        return {"logits": batch.input_ids.sum(axis=1).astype(np.float32)}


class Zeros:
    def run(self, batch: Batch) -> Tensors:
        return {"logits": np.zeros(len(batch.input_ids), dtype=np.float32)}


class Broken:
    def run(self, batch: Batch) -> Tensors:
        raise RuntimeError("the device is on fire")


def pairs(*lengths: int) -> list[ModelInput]:
    return [ModelInput(np.full(length, 2, dtype=np.int64), None) for length in lengths]


def model(
    session: Session,
    budget: int = 0,
    name: str = "one",
    on_run: Observer = lambda report: None,
    family: Family = FAMILIES["cross-encoder"],
) -> ModelSession:
    layout = Layout(workers=1, intra_op_threads=1, token_budget=budget)
    return ModelSession(name, session, layout, Padding(token="x"), 0, family, on_run)


class OneModel:
    """A scheduler with one model: its queue, and closing both."""

    def __init__(self, session: Session, budget: int, workers: int, clock: Clock, on_run: Observer):
        self.scheduler = Scheduler(workers, clock=clock)
        self.queue = self.scheduler.add(model(session, budget, on_run=on_run))
        self.submit, self.load = self.queue.submit, self.queue.load
        self.close = self.scheduler.close


def scheduler(
    session: Session,
    budget: int = 0,
    workers: int = 1,
    clock: Clock = time.monotonic,
    on_run: Observer = lambda report: None,
) -> OneModel:
    return OneModel(session, budget, workers, clock, on_run)


@pytest.fixture
def gate() -> Iterator[Gate]:
    gate = Gate()
    yield gate
    gate.open.set()


@pytest.mark.parametrize(("budget", "workers"), [(0, 1), (0, 3), (8, 1), (64, 1)])
def test_results_go_to_the_right_requests_and_places(gate: Gate, budget: int, workers: int) -> None:
    gate.open.set()
    queue = scheduler(gate, budget, workers)
    wanted = [[3, 1, 7], [2], [5, 5, 4, 6]]
    futures = [queue.submit(pairs(*lengths), LATER) for lengths in wanted]
    for lengths, future in zip(wanted, futures, strict=True):
        assert future.result(10).outputs.tolist() == [2.0 * length for length in lengths]
    queue.close()


def test_work_that_waits_is_batched_when_the_worker_comes_back(gate: Gate) -> None:
    queue = scheduler(gate, budget=100)
    first = queue.submit(pairs(9), LATER)
    assert gate.entered.acquire(timeout=10)
    others = [queue.submit(pairs(4, 5), LATER), queue.submit(pairs(5), LATER)]
    gate.open.set()
    for future in (first, *others):
        future.result(10)
    assert gate.runs == [[9], [5, 5, 4]]
    queue.close()


def test_a_small_request_does_not_wait_for_a_large_one_to_end(gate: Gate) -> None:
    queue = scheduler(gate)
    large = queue.submit(pairs(9, 9, 9, 9, 9, 9), LATER)
    assert gate.entered.acquire(timeout=10)
    small = queue.submit(pairs(3), LATER)
    gate.open.set()
    small.result(10)
    large.result(10)
    assert gate.runs.index([3]) <= 2
    assert gate.runs.count([9]) == 6
    queue.close()


class TwoLogits:
    """A graph with two outputs per pair: what a head with two labels gives."""

    def run(self, batch: Batch) -> Tensors:
        return {"logits": np.zeros((len(batch.input_ids), 2), dtype=np.float32)}


def test_no_fault_kills_a_worker() -> None:
    def broken(report: RunReport) -> None:
        raise KeyError("observer")

    for session in (TwoLogits(), Broken()):
        queue = scheduler(session, on_run=broken)
        for _ in range(3):
            with pytest.raises(InferenceFailed):
                queue.submit(pairs(3), LATER).result(10)
        queue.close()


def test_nobody_waits_for_work_beyond_its_deadline(gate: Gate) -> None:
    queue = scheduler(gate, clock=lambda: 100.0)
    assert queue.load().wait_s == 0.0
    queue.queue.throughput.record(tokens=1, seconds=1.0)
    queue.submit(pairs(9, 9), deadline=105)
    queue.submit(pairs(9), deadline=103)
    assert queue.load().wait_s == 5.0
    queue.close()


def test_the_wait_is_the_queued_tokens_at_the_measured_rate(gate: Gate) -> None:
    queue = scheduler(gate, clock=lambda: 100.0)
    queue.submit(pairs(9, 9), LATER)
    assert queue.load().wait_s == 0.0, "no rate is known yet"
    queue.queue.throughput.record(tokens=6, seconds=1.0)
    assert queue.load().wait_s == 3.0
    queue.close()


def test_no_pairs_are_scored_at_once(gate: Gate) -> None:
    queue = scheduler(gate)
    assert queue.submit([], LATER).result(10).outputs.tolist() == []
    assert (queue.load().inputs, queue.load().tokens) == (0, 0)
    queue.close()


def test_a_cancelled_request_loses_its_waiting_pairs(gate: Gate) -> None:
    queue = scheduler(gate)
    gone = queue.submit(pairs(9, 8, 7), LATER)
    assert gate.entered.acquire(timeout=10)
    stays = queue.submit(pairs(3), LATER)
    assert (queue.load().inputs, queue.load().tokens) == (4, 27)
    assert gone.cancel()
    assert (queue.load().inputs, queue.load().tokens) == (2, 12)
    gate.open.set()
    assert stays.result(10).outputs.tolist() == [6.0]
    assert gate.runs == [[9], [3]]
    with pytest.raises(CancelledError):
        gone.result(0)
    queue.close()


def test_a_request_past_its_deadline_fails_and_is_not_run(gate: Gate) -> None:
    now = 0.0
    queue = scheduler(gate, clock=lambda: now)
    running = queue.submit(pairs(9), deadline=5)
    assert gate.entered.acquire(timeout=10)
    late = queue.submit(pairs(4, 4), deadline=5)
    on_time = queue.submit(pairs(3), deadline=50)
    now = 10.0
    gate.open.set()
    assert on_time.result(10).outputs.tolist() == [6.0]
    with pytest.raises(DeadlineExceeded):
        late.result(10)
    assert gate.runs == [[9], [3]]
    assert running.done()
    queue.close()


def test_a_request_that_is_cancelled_as_its_deadline_passes_holds_nobody_up() -> None:
    queues = DeviceQueues(1, clock=lambda: 0.0)
    queue = queues.add(model(Zeros()))
    late = queue.submit(pairs(3), -1.0)
    taken = []

    def take() -> None:
        with queue._wake:  # as a worker that looks for its next run
            cancels.start()  # and waits for the lock, to take the request out
            while not late.cancelled():
                time.sleep(0.001)
            taken.append(queues.take(0))

    cancels = threading.Thread(target=late.cancel, daemon=True)
    worker = threading.Thread(target=take, daemon=True)
    worker.start()
    worker.join(10)
    assert taken == [None]
    cancels.join(10)
    assert queue.load().inputs == queue.tokens == 0


def test_a_run_that_fails_fails_its_requests_and_no_other() -> None:
    reports: list[RunReport] = []
    queue = scheduler(Broken(), on_run=reports.append)
    with pytest.raises(InferenceFailed, match="RuntimeError") as caught:
        queue.submit(pairs(3), LATER).result(10)
    assert "fire" not in caught.value.message  # a runtime's message may quote its input
    with pytest.raises(InferenceFailed):
        queue.submit(pairs(3), LATER).result(10)  # the worker is still there
    queue.close()
    assert [report.failed for report in reports] == [True, True]


def test_reports_count_tokens_and_padding(gate: Gate) -> None:
    reports: list[RunReport] = []
    gate.open.set()
    queue = scheduler(gate, budget=30, on_run=reports.append)
    queue.submit(pairs(10, 4, 6), LATER).result(10)
    queue.close()
    assert [(report.inputs, report.tokens, report.padded_tokens) for report in reports] == [
        (3, 20, 30)
    ]


def test_the_wait_and_the_runs_are_timed_apart(gate: Gate) -> None:
    now = 0.0
    queue = scheduler(gate, clock=lambda: now)
    first = queue.submit(pairs(9), LATER)
    assert gate.entered.acquire(timeout=10)
    second = queue.submit(pairs(3), LATER)
    now = 2.0
    assert queue.load().longest_run_s == 2.0
    gate.open.set()
    assert first.result(10).infer_s == 2.0
    assert second.result(10).queue_s == 2.0
    assert second.result(10).infer_s == 0.0
    queue.close()


def test_closing_fails_what_waits_and_lets_the_run_end(gate: Gate) -> None:
    queue = scheduler(gate)
    running = queue.submit(pairs(9, 3), LATER)
    assert gate.entered.acquire(timeout=10)
    gate.open.set()
    queue.close()
    assert running.done()
    with pytest.raises(RerankError, match="closed"):
        queue.submit(pairs(1), LATER)


class Vectors:
    """An encoder: a vector for each input, and one more tensor that its family does not read."""

    def run(self, batch: Batch) -> Tensors:
        sums = batch.input_ids.sum(axis=1).astype(np.float32)
        return {"pooled": np.stack([sums, -sums], axis=1), "tokens": batch.attention_mask}


def test_outputs_have_any_shape() -> None:
    encoder = Family(lambda tensors: tensors["pooled"])
    queue = Scheduler(2)
    vectors = queue.add(model(Vectors(), family=encoder)).submit(pairs(3, 1), LATER).result(10)
    assert vectors.outputs.tolist() == [[6.0, -6.0], [2.0, -2.0]]
    queue.close()


def test_models_share_the_workers_and_never_a_run(gate: Gate) -> None:
    queue = Scheduler(1)
    other = Gate()
    other.open.set()
    reports: list[RunReport] = []
    first = queue.add(model(gate, 100, "first", reports.append))
    second = queue.add(model(other, 100, "second", reports.append))
    blocking = first.submit(pairs(9), LATER)
    assert gate.entered.acquire(timeout=10)
    jobs = [first.submit(pairs(4, 5), LATER), second.submit(pairs(6, 7), LATER)]
    jobs.append(first.submit(pairs(3), LATER))
    assert other.runs == [], "the only worker is taken"
    gate.open.set()
    results = [job.result(10).outputs.tolist() for job in (blocking, *jobs)]
    assert results == [[18.0], [8.0, 10.0], [12.0, 14.0], [6.0]]
    assert other.runs == [[7, 6]]
    assert {report.model for report in reports} == {"first", "second"}
    queue.close()


def test_the_wait_counts_the_work_of_every_model_on_the_device(gate: Gate) -> None:
    queue = Scheduler(1, clock=lambda: 100.0)
    slow, fast = queue.add(model(gate)), queue.add(model(gate, name="fast"))
    slow.throughput.record(tokens=1, seconds=1.0)
    fast.throughput.record(tokens=10, seconds=1.0)
    slow.submit(pairs(4), LATER)
    fast.submit(pairs(20), LATER)
    assert slow.load().wait_s == fast.load().wait_s == 6.0
    assert (slow.load().tokens, fast.load().tokens) == (4, 20)
    gate.open.set()
    queue.close()


def test_a_model_that_closes_fails_its_own_requests_alone(gate: Gate) -> None:
    queue = Scheduler(1)
    going, staying = queue.add(model(gate)), queue.add(model(gate, name="staying"))
    running = going.submit(pairs(9), LATER)
    assert gate.entered.acquire(timeout=10)
    waiting, other = going.submit(pairs(3), LATER), staying.submit(pairs(2), LATER)
    going.close()
    with pytest.raises(RerankError):
        waiting.result(10)
    with pytest.raises(RerankError, match="closed"):
        going.submit(pairs(1), LATER)
    gate.open.set()
    assert other.result(10).outputs.tolist() == [4.0]
    assert running.done()
    queue.close()


def test_work_wakes_as_many_idle_workers_as_it_has_inputs(gate: Gate) -> None:
    queue = scheduler(gate, workers=3)
    job = queue.submit(pairs(3, 2, 1), LATER)
    for _ in range(3):
        assert gate.entered.acquire(timeout=10), "all three run at a time"
    gate.open.set()
    assert job.result(10).outputs.tolist() == [6.0, 4.0, 2.0]
    queue.close()


def test_work_wakes_a_worker_though_somebody_waits_for_a_model_to_leave(gate: Gate) -> None:
    queue = Scheduler(2)
    going, staying = queue.add(model(gate)), queue.add(model(Zeros(), name="staying"))
    going.submit(pairs(9), LATER)
    assert gate.entered.acquire(timeout=10)
    leaving = threading.Thread(target=queue.remove, args=(going,))
    leaving.start()
    while going in queue.queues:
        time.sleep(0)
    for _ in range(20):  # more than there are sleepers: none is lost to the one that waits
        assert staying.submit(pairs(2), LATER).result(10).outputs.tolist() == [0.0]
    assert leaving.is_alive()
    gate.open.set()
    leaving.join(10)
    assert not leaving.is_alive()
    queue.close()


def test_a_request_that_cannot_be_done_by_its_deadline_is_not_run_while_others_wait(
    gate: Gate,
) -> None:
    now = 0.0
    queue = scheduler(gate, clock=lambda: now)
    queue.queue.throughput.record(tokens=10, seconds=1.0)
    running = queue.submit(pairs(9), deadline=50)
    assert gate.entered.acquire(timeout=10)
    doomed = queue.submit(pairs(20, 20, 20), deadline=5)
    on_time = queue.submit(pairs(30), deadline=50)
    gate.open.set()
    assert on_time.result(10).outputs.tolist() == [60.0]
    with pytest.raises(DeadlineExceeded):
        doomed.result(10)
    assert gate.runs == [[9], [30]]
    assert running.done()
    queue.close()


def test_a_request_that_nobody_waits_for_is_let_try(gate: Gate) -> None:
    now = 0.0
    queue = scheduler(gate, clock=lambda: now)
    queue.queue.throughput.record(tokens=10, seconds=1.0)
    gate.open.set()
    assert queue.submit(pairs(20, 20, 20), deadline=5).result(10).outputs.tolist() == [40.0] * 3
    queue.close()


def test_batch_work_waits_for_interactive_work(gate: Gate) -> None:
    queue = scheduler(gate)
    queue.queue.throughput.record(tokens=1000, seconds=1.0)
    running = queue.submit(pairs(9), LATER)
    assert gate.entered.acquire(timeout=10)
    batch = queue.submit(pairs(8, 8), LATER, flow=Flow("batch"))
    search = queue.submit(pairs(5, 4), LATER)
    gate.open.set()
    for future in (running, batch, search):
        future.result(10)
    assert gate.runs == [[9], [5], [4], [8], [8]]
    queue.close()


def test_time_in_which_nothing_ran_counts_for_no_client() -> None:
    now = 0.0
    queues = DeviceQueues(1, clock=lambda: now)
    one = queues.add(model(Zeros()))
    one.throughput.record(tokens=100, seconds=1.0)

    def serve(key: str, tokens: int) -> None:
        nonlocal now
        one.submit(pairs(tokens), LATER, flow=Flow(key=key))
        while (taken := queues.take(0)) is not None:
            now += tokens / 100
            taken[0].score(0, taken[1])

    for _ in range(10):
        serve("searches", 30)
        now += 0.7
    serve("flood", 100)
    flood = one.submit(pairs(50), LATER, flow=Flow(key="flood"))
    search = one.submit(pairs(10), LATER, flow=Flow(key="searches"))
    taken = queues.take(0)
    assert taken is not None
    taken[0].score(0, taken[1])
    assert search.done()
    assert not flood.done()


def test_a_run_holds_work_of_one_priority(gate: Gate) -> None:
    queue = scheduler(gate, budget=100)
    running = queue.submit(pairs(9), LATER)
    assert gate.entered.acquire(timeout=10)
    futures = [
        queue.submit(pairs(8, 7), LATER, flow=Flow("batch")),
        queue.submit(pairs(5), LATER),
        queue.submit(pairs(4), LATER, flow=Flow(key="other")),
    ]
    gate.open.set()
    for future in (running, *futures):
        future.result(10)
    assert gate.runs == [[9], [5, 4], [8, 7]]
    queue.close()
