"""One node on a virtual clock. Admission, cache, queue, shares and the order of runs are the
service's own; simulated are the model and everything that takes time:

request      parsed: `request_s`                         a core, `side_by_side` requests at once
admission    taken or refused, by an estimate            no time
pairs        tokenised, looked up, answered: `around_s`  a core, as parsing
runs         `run_s`, by the queue's workers

On a CPU the workers have the same cores: what a request takes beside its runs holds up a worker if
no core is idle, since workers give way (setting `worker_nice`).
"""

import contextlib
import random
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial

import numpy as np

from sidecar.errors import DeadlineExceeded, Overloaded
from sidecar.runtime.admission import Admission
from sidecar.runtime.cached_scorer import CachedScorer
from sidecar.runtime.device_queues import DeviceQueues
from sidecar.runtime.families import FAMILIES
from sidecar.runtime.flows import ANYONE
from sidecar.runtime.logit_cache import LogitCache, cache_keys
from sidecar.runtime.manifest import Padding
from sidecar.runtime.model_session import ModelSession
from sidecar.runtime.runs import Layout
from sidecar.runtime.scorer import Scored, Scorer
from sidecar.workshop.planning.arrivals import Query
from sidecar.workshop.planning.node_model import NodeModel
from sidecar.workshop.planning.simulated_work import Beside, Underway, Zeros, pair_inputs
from sidecar.workshop.planning.virtual_clock import VirtualClock

ANSWERED, REFUSED, LATE = 200, 429, 504
ESTIMATES = (0.9, 1.1)
"""What admission takes a request's tokens for, of what they are: it sees characters."""
REVISION = "simulated"
WARM_TOKENS = 64
FOREVER_S = 1e9


@dataclass(frozen=True, slots=True)
class Ended:
    """How a query ended."""

    query: Query
    status: int
    latency_s: float
    """From its arrival to its answer."""


class SimulatedNode:
    """Takes queries, and says how each ended."""

    def __init__(
        self,
        model: NodeModel,
        seed: int,
        run_time: Callable[..., float] | None = None,
        estimates: tuple[float, float] = ESTIMATES,
    ) -> None:
        """`run_time(tokens, alone=...)` is in place of the model's: tests of queues have it."""
        self._model = model
        self._run_time = run_time or model.run_s
        self._rng = random.Random(seed)
        self._estimates = estimates
        self._clock = VirtualClock()
        self._ended: list[Ended] = []
        workers = model.figures.workers
        self._idle = set(range(workers))
        self._runs: dict[int, Underway] = {}
        self._beside: list[Beside] = []
        self._waiting: deque[Beside] = deque()
        self._device = DeviceQueues(workers, clock=self._clock)
        self._admission = Admission(self._clock)
        layout = Layout(workers, 1, model.figures.token_budget)
        family = FAMILIES["cross-encoder"]
        session = ModelSession("model", Zeros(), layout, Padding(token="x"), 0, family)
        self._queue = self._device.add(session)
        self._cache = LogitCache(model.figures.cache_mb * 2**20)
        self._scorer: Scorer = self._queue
        if model.figures.cache_mb:
            self._scorer = CachedScorer(self._queue, self._cache, REVISION, self._clock)
        for worker in range(workers):  # a rate is known, as after a start
            self._queue.submit(pair_inputs(-1 - worker, [WARM_TOKENS]), FOREVER_S)
        self._clock.run(self._start_runs)
        self._start_s = self._clock()

    def serve(self, queries: Iterable[Query], deadline_s: float) -> list[Ended]:
        """How the queries ended, in the order of their ends."""
        first = len(self._ended)
        for query in queries:
            if query.known:
                self._learn(query)
            moment = self._start_s + query.at_s
            self._clock.at(moment, partial(self._come, query, deadline_s))
        self._clock.run(self._start_runs)
        return self._ended[first:]

    def _learn(self, query: Query) -> None:
        for key in cache_keys(REVISION, pair_inputs(query.identity, query.tokens)):
            self._cache.put(key, np.zeros((), np.float32))

    def _come(self, query: Query, deadline_s: float) -> None:
        came = self._clock()
        self._do_beside(self._model.figures.request_s, lambda: self._admit(query, came, deadline_s))

    def _admit(self, query: Query, came: float, deadline_s: float) -> None:
        estimate = int(sum(query.tokens) * self._rng.uniform(*self._estimates))
        deadline = self._clock() + deadline_s

        def end(status: int) -> None:
            self._ended.append(Ended(query, status, self._clock() - came))

        place = self._admission.admit(self._scorer, ANYONE, estimate, deadline_s)
        try:
            held = place.__enter__()
        except Overloaded:
            end(REFUSED)
            return

        def submit() -> None:
            if self._clock() >= deadline:
                late()
                return
            inputs = pair_inputs(query.identity, query.tokens)
            job = self._scorer.submit(inputs, deadline, due=held.due)
            held.queued()
            job.add_done_callback(done)
            self._clock.at(deadline, job.cancel)  # nobody waits for it any longer

        def late() -> None:
            fault = DeadlineExceeded("late")
            with contextlib.suppress(DeadlineExceeded):
                place.__exit__(DeadlineExceeded, fault, None)
            end(LATE)

        def done(job: "Future[Scored]") -> None:
            if job.cancelled() or job.exception():
                late()
                return
            held.scored(job.result().tokens)
            place.__exit__(None, None, None)
            end(ANSWERED)

        self._do_beside(self._model.around_s(query.tokens), submit)

    def _do_beside(self, seconds: float, then: Callable[[], None]) -> None:
        """Does `then` after so much work of a core beside runs."""
        self._waiting.append(Beside(seconds, then))
        self._start_beside()

    def _start_beside(self) -> None:
        while self._waiting and len(self._beside) < self._model.side_by_side:
            work = self._waiting.popleft()
            work.ends = self._clock() + work.seconds
            self._beside.append(work)
            if len(self._runs) + len(self._beside) > self._model.figures.cores and self._runs:
                delayed = self._rng.choice(list(self._runs.values()))
                delayed.ends += work.seconds * self._model.worker_share
            self._clock.at(work.ends, partial(self._end_beside, work))

    def _end_beside(self, work: Beside) -> None:
        self._beside.remove(work)
        work.then()
        self._start_beside()

    def _start_runs(self) -> None:
        for worker in sorted(self._idle):
            taken = self._device.take(worker)
            if taken is None:
                return
            self._idle.remove(worker)
            queue, run = taken
            tokens = [len(job.inputs[position]) for job, position in run]
            seconds = self._run_time(tokens, alone=queue.running[worker].alone)
            if len(self._runs) + len(self._beside) >= self._model.figures.cores:
                left_s = max((work.ends - self._clock() for work in self._beside), default=0.0)
                seconds += left_s * self._model.worker_share
            ends = self._clock() + seconds
            self._runs[worker] = Underway(queue, run, ends)
            self._clock.at(ends, partial(self._end_run, worker))

    def _end_run(self, worker: int) -> None:
        under_way = self._runs[worker]
        if under_way.ends > self._clock():  # it was held up meanwhile
            self._clock.at(under_way.ends, partial(self._end_run, worker))
            return
        del self._runs[worker]
        self._idle.add(worker)
        under_way.queue.score(worker, under_way.run)
