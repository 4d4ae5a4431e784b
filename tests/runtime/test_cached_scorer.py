"""The cache in front of a queue: what is not run twice, and who runs what nobody runs any more."""

import random
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError

import numpy as np
import pytest

from sidecar.errors import DeadlineExceeded, InferenceFailed, RerankError
from sidecar.runtime.cached_scorer import CachedScorer
from sidecar.runtime.families import FAMILIES
from sidecar.runtime.flows import Flow
from sidecar.runtime.logit_cache import LogitCache
from sidecar.runtime.manifest import Padding
from sidecar.runtime.model_session import ModelSession
from sidecar.runtime.runs import Layout
from sidecar.runtime.scheduler import Scheduler
from sidecar.runtime.session import Batch, ModelInput, Tensors

LATER = 1e9
BYTES = 2**20


class Summing:
    """A session that answers the sum of the ids, while it is open."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Semaphore(0)
        self.runs: list[tuple[int, ...]] = []
        self.fault: Exception | None = None
        self.value: float | None = None

    def run(self, batch: Batch) -> Tensors:
        self.runs.append(tuple(batch.input_ids[0].tolist()))
        self.entered.release()
        assert self.open.wait(10)
        if self.fault is not None:
            raise self.fault
        sums = batch.input_ids.sum(axis=1).astype(np.float32)
        return {"logits": sums if self.value is None else np.full_like(sums, self.value)}


class Cached:
    """A session with one worker, its queue, and the cache in front of it."""

    def __init__(self, workers: int = 1, max_bytes: int = BYTES) -> None:
        self.session = Summing()
        self.scheduler = Scheduler(workers)
        layout = Layout(workers=workers, intra_op_threads=1, token_budget=0)
        family = FAMILIES["cross-encoder"]
        queue = self.scheduler.add(
            ModelSession("one", self.session, layout, Padding(token="x"), 0, family)
        )
        self.cache = LogitCache(max_bytes)
        self.scorer = CachedScorer(queue, self.cache, "revision")
        self.submit = self.scorer.submit

    def hold(self) -> None:
        """Keeps the worker busy with the input (9, 9) until the session is opened."""
        self.session.open.clear()
        self.submit(inputs((9, 9)), LATER)
        assert self.session.entered.acquire(timeout=10)
        self.session.runs.clear()


def inputs(*ids: Sequence[int]) -> list[ModelInput]:
    return [ModelInput(np.array(each, dtype=np.int64), None) for each in ids]


@pytest.fixture
def cached() -> Iterator[Cached]:
    cached = Cached()
    yield cached
    cached.session.open.set()
    cached.scheduler.close()


def test_an_input_is_run_once(cached: Cached) -> None:
    first = cached.submit(inputs((1, 2), (3,)), LATER).result(10)
    again = cached.submit(inputs((3,), (4,), (1, 2)), LATER).result(10)
    assert (first.outputs.tolist(), first.cached) == ([3, 3], 0)
    assert (again.outputs.tolist(), again.cached) == ([3, 4, 3], 2)
    assert sorted(cached.session.runs) == [(1, 2), (3,), (4,)]
    assert again.outputs.dtype == first.outputs.dtype == np.float32


def test_equal_inputs_of_a_request_are_run_once(cached: Cached) -> None:
    scored = cached.submit(inputs((5,), (6,), (5,), (5,)), LATER).result(10)
    assert (scored.outputs.tolist(), scored.cached) == ([5, 6, 5, 5], 2)
    assert sorted(cached.session.runs) == [(5,), (6,)]


def test_no_inputs_give_no_outputs(cached: Cached) -> None:
    assert cached.submit([], LATER).result(10).outputs.shape == (0,)


def test_what_is_under_way_is_waited_for(cached: Cached) -> None:
    cached.hold()
    first = cached.submit(inputs((1,), (2,)), LATER)
    second = cached.submit(inputs((2,), (3,), (1,)), LATER)
    cached.session.open.set()
    assert first.result(10).outputs.tolist() == [1, 2]
    assert (second.result(10).outputs.tolist(), second.result().cached) == ([2, 3, 1], 2)
    assert sorted(cached.session.runs) == [(1,), (2,), (3,)]


def test_a_short_request_does_not_wait_for_a_long_one(cached: Cached) -> None:
    cached.hold()
    long = cached.submit(inputs(*((number,) for number in range(50))), LATER)
    short = cached.submit(inputs((49,)), LATER)
    assert short.done() is False
    cached.session.open.set()
    assert short.result(10).outputs.tolist() == [49]
    assert cached.session.runs.index((49,)) < 5, "it took its own turn"
    assert long.result(10).outputs.tolist() == list(range(50))


def test_what_is_due_first_runs_first(cached: Cached) -> None:
    cached.hold()
    waiting = [cached.submit(inputs((due,)), LATER, due=float(due)) for due in (3, 1, 2)]
    cached.session.open.set()
    for future in waiting:
        future.result(10)
    assert cached.session.runs == [(1,), (2,), (3,)]


@pytest.mark.parametrize(
    ("first", "second", "runs"),
    [
        (Flow("batch"), Flow(), 2),
        (Flow(), Flow("batch"), 1),
        (Flow(key="a"), Flow(key="b"), 2),
        (Flow(key="a"), Flow(key="a"), 1),
        (Flow("batch", "a"), Flow("interactive", "a"), 2),
    ],
)
def test_no_request_waits_for_one_that_may_be_served_later(
    cached: Cached, first: Flow, second: Flow, runs: int
) -> None:
    cached.hold()
    futures = [cached.submit(inputs((1,)), LATER, flow=flow) for flow in (first, second)]
    cached.session.open.set()
    assert [future.result(10).outputs.tolist() for future in futures] == [[1], [1]]
    assert cached.session.runs == [(1,)] * runs
    assert sum(future.result().tokens for future in futures) == runs


def test_when_the_first_client_goes_away_the_next_runs_it(cached: Cached) -> None:
    cached.hold()
    first = cached.submit(inputs((1,), (2,)), LATER)
    second = cached.submit(inputs((2,), (3,)), LATER)
    third = cached.submit(inputs((2,), (1,)), LATER)
    first.cancel()
    second.cancel()
    cached.session.open.set()
    assert third.result(10).outputs.tolist() == [2, 1]
    assert third.result().cached == 0
    assert sorted(cached.session.runs) == [(1,), (2,)]


def test_nothing_runs_for_clients_that_are_gone(cached: Cached) -> None:
    cached.hold()
    futures = [cached.submit(inputs((1,), (2,)), LATER) for _ in range(3)]
    for future in futures:
        future.cancel()
    cached.session.open.set()
    assert cached.submit(inputs((7,)), LATER).result(10).outputs.tolist() == [7]
    assert cached.session.runs == [(7,)]
    for future in futures:
        with pytest.raises(CancelledError):
            future.result(0)


def test_each_request_that_waits_fails_by_itself(cached: Cached) -> None:
    cached.hold()
    futures = [cached.submit(inputs((1,), (2,)), LATER) for _ in range(3)]
    cached.session.fault = RuntimeError("the device is on fire")
    cached.session.open.set()
    for future in futures:
        with pytest.raises(InferenceFailed):
            future.result(10)
    cached.session.fault = None
    assert cached.submit(inputs((1,)), LATER).result(10).outputs.tolist() == [1]


def test_another_deadline_does_not_end_a_request(cached: Cached) -> None:
    cached.hold()
    first = cached.submit(inputs((1,)), time.monotonic() + 0.05)
    second = cached.submit(inputs((1,)), LATER)
    time.sleep(0.1)
    cached.session.open.set()
    with pytest.raises(DeadlineExceeded):
        first.result(10)
    assert second.result(10).outputs.tolist() == [1]


def test_what_is_not_finite_is_not_kept(cached: Cached) -> None:
    cached.session.value = float("nan")
    assert np.isnan(cached.submit(inputs((1,)), LATER).result(10).outputs).all()
    cached.session.value = None
    assert cached.submit(inputs((1,)), LATER).result(10).outputs.tolist() == [1]


def test_a_closed_queue_fails_those_that_wait(cached: Cached) -> None:
    cached.hold()
    futures = [cached.submit(inputs((1,)), LATER) for _ in range(3)]
    cached.scheduler.close(0.01)
    for future in [*futures, cached.submit(inputs((2,)), LATER)]:
        with pytest.raises(RerankError):
            future.result(10)


@pytest.mark.parametrize("seed", range(5))
def test_many_threads_get_their_own_outputs_whatever_is_cancelled(seed: int) -> None:
    cached = Cached(workers=3, max_bytes=4_000)  # some 20 entries: most are evicted
    failures: list[str] = []

    def ask(number: int) -> None:
        rng = random.Random(f"{seed} {number}")
        for _ in range(60):
            ids = [(rng.randrange(40), rng.randrange(2)) for _ in range(rng.randrange(1, 12))]
            future = cached.submit(inputs(*ids), LATER)
            if rng.random() < 0.3:
                future.cancel()
                continue
            outputs = future.result(20).outputs.tolist()
            if outputs != [sum(each) for each in ids]:
                failures.append(f"{ids} gave {outputs}")

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert not failures
    cached.submit(inputs((99,)), LATER).result(10)
    assert not cached.scorer._under_way
    cached.scheduler.close()
