"""The queue and its workers, over sessions whose time the test holds."""

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError

import numpy as np
import pytest

from sidecar.errors import DeadlineExceeded, InferenceFailed, RerankError
from sidecar.runtime.manifest import Padding
from sidecar.runtime.onnx_session import Logits
from sidecar.runtime.runs import Batch, Layout
from sidecar.runtime.scheduler import RunReport, Scheduler
from sidecar.runtime.tokenizer import Pair

LATER = 1e9


class Gate:
    """A session that answers the sum of the ids, once it is let to."""

    def __init__(self) -> None:
        self.entered = threading.Semaphore(0)
        self.open = threading.Event()
        self.runs: list[list[int]] = []

    def run(self, batch: Batch) -> Logits:
        self.runs.append(batch.attention_mask.sum(axis=1).tolist())
        self.entered.release()
        assert self.open.wait(10)
        return batch.input_ids.sum(axis=1).astype(np.float32)


class Broken:
    def run(self, batch: Batch) -> Logits:
        raise RuntimeError("the device is on fire")


def pairs(*lengths: int) -> list[Pair]:
    return [Pair(np.full(length, 2, dtype=np.int64), None) for length in lengths]


def scheduler(session: object, budget: int = 0, workers: int = 1, **rest: object) -> Scheduler:
    layout = Layout(workers=workers, intra_op_threads=1, token_budget=budget)
    return Scheduler(session, layout, Padding(token="x"), 0, **rest)  # type: ignore[arg-type]


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
        assert future.result(10).logits.tolist() == [2.0 * length for length in lengths]
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

    def run(self, batch: Batch) -> Logits:
        return np.zeros(2 * len(batch.input_ids), dtype=np.float32)


def test_no_fault_kills_a_worker() -> None:
    def broken(report: RunReport) -> None:
        raise KeyError("observer")

    for session in (TwoLogits(), Broken()):
        queue = scheduler(session, on_run=broken)
        for _ in range(3):
            with pytest.raises(InferenceFailed):
                queue.submit(pairs(3), LATER).result(10)
        queue.close()


def test_the_queue_clears_with_its_last_deadline(gate: Gate) -> None:
    queue = scheduler(gate, clock=lambda: 100.0)
    assert queue.clears_s() == 0.0
    queue.submit(pairs(9, 9), deadline=105)
    queue.submit(pairs(9), deadline=103)
    assert queue.clears_s() == 5.0
    queue.close()


def test_no_pairs_are_scored_at_once(gate: Gate) -> None:
    queue = scheduler(gate)
    assert queue.submit([], LATER).result(10).logits.tolist() == []
    assert queue.backlog() == (0, 0)
    queue.close()


def test_a_cancelled_request_loses_its_waiting_pairs(gate: Gate) -> None:
    queue = scheduler(gate)
    gone = queue.submit(pairs(9, 8, 7), LATER)
    stays = queue.submit(pairs(3), LATER)
    assert gate.entered.acquire(timeout=10)
    assert queue.backlog() == (4, 27)
    assert gone.cancel()
    assert queue.backlog() == (2, 12)
    gate.open.set()
    assert stays.result(10).logits.tolist() == [6.0]
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
    assert on_time.result(10).logits.tolist() == [6.0]
    with pytest.raises(DeadlineExceeded):
        late.result(10)
    assert gate.runs == [[9], [3]]
    assert running.done()
    queue.close()


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
    assert [(report.pairs, report.tokens, report.padded_tokens) for report in reports] == [
        (3, 20, 30)
    ]


def test_the_wait_and_the_runs_are_timed_apart(gate: Gate) -> None:
    now = 0.0
    queue = scheduler(gate, clock=lambda: now)
    first = queue.submit(pairs(9), LATER)
    assert gate.entered.acquire(timeout=10)
    second = queue.submit(pairs(3), LATER)
    now = 2.0
    assert queue.longest_run_s() == 2.0
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
