"""Which of a device's models' jobs run next. No threads of its own: whoever runs the work `take`s
it, the workers of `scheduler` or, step by step, a simulation.

Work leaves when a worker is free; nothing waits for a batch to fill. A job whose client has gone
(its future is cancelled) loses its waiting inputs, and so does one that cannot be done by its
deadline any more: work for nothing would make others late.
"""

import math
import threading
import time

from sidecar.errors import StartupError
from sidecar.runtime.backlog import DOUBT, Backlog, WaitingWork
from sidecar.runtime.fair_shares import BATCH_SHARE, FairShares
from sidecar.runtime.jobs import Job
from sidecar.runtime.model_queue import Clock, ModelQueue, Run
from sidecar.runtime.model_session import ModelSession
from sidecar.runtime.run_order import RunOrder

SWEEP_S = 0.01
"""Seconds between looks at all that waits; the job that leads a run is looked at in any case."""
REMOVE_LIMIT_S = 120.0
"""A run that has not ended by then hangs, and its session is given up."""


class DeviceQueues:
    """The queues of a device's models, for `workers` that run their jobs. Thread-safe."""

    def __init__(
        self, workers: int, *, clock: Clock = time.monotonic, batch_share: float = BATCH_SHARE
    ) -> None:
        """`batch_share` of the device is for `batch` work while `interactive` work waits too."""
        self.workers = workers
        self._clock = clock
        self._queues: list[ModelQueue] = []
        self._order: RunOrder[Job, ModelQueue] = RunOrder(FairShares(batch_share))
        self._swept = -SWEEP_S
        self._idle_since: float | None = clock()
        lock = threading.RLock()
        """Guards all queues."""
        self._wake = threading.Condition(lock)
        """Notified when there is work: one worker for each input, as more would find nothing."""
        self._ended = threading.Condition(lock)
        """Notified when a run of a queue that is closed has ended."""
        self._closed = False

    def add(self, model: ModelSession) -> ModelQueue:
        """A scorer for the model. Its jobs and those of other models take the workers in turn.

        Raises StartupError when it is closed.
        """
        queue = ModelQueue(
            model, self.workers, self._wake, self._ended, self._order, self._load, self._clock
        )
        with self._wake:
            if self._closed:
                raise StartupError("the service is stopping")
            self._queues.append(queue)
        return queue

    @property
    def queues(self) -> tuple[ModelQueue, ...]:
        """Of the models that the device serves."""
        with self._wake:
            return tuple(self._queues)

    def take(self, worker: int) -> tuple[ModelQueue, Run] | None:
        """The worker's next run with its queue, whose `score` does it; None if nothing waits."""
        with self._wake:
            return self._take(worker)

    def remove(self, queue: ModelQueue, timeout_s: float = REMOVE_LIMIT_S) -> None:
        """Takes a model from the device: fails what is queued for it, and returns when its runs
        under way have ended, at the latest after `timeout_s`. The queue has no session then."""
        queue.close()
        with self._ended:
            self._queues.remove(queue)
            self._ended.wait_for(lambda: not queue.running, timeout_s)
        queue.forget_session()

    def close(self) -> None:
        """Fails what is queued, and takes nothing more."""
        with self._wake:
            self._closed = True
        for queue in self.queues:
            queue.close()

    def _take(self, worker: int) -> tuple[ModelQueue, Run] | None:
        """As `take`. The lock is held."""
        now = self._clock()
        if now - self._swept >= SWEEP_S:
            self._swept = now
            for queue in self._queues:
                for job in list(queue.jobs):
                    self._give_up(queue, job, now)
        while (lead := self._order.lead()) is not None:
            job, queue = lead
            if not self._give_up(queue, job, now):
                self._end_rest(now)
                return queue, queue.take(worker, now, job, beside=self._under_way)
        if self._idle_since is None and not self._under_way:
            self._idle_since = now
        return None

    def _end_rest(self, now: float) -> None:
        if self._idle_since is not None:
            self._order.shares.rest(now - self._idle_since)
            self._idle_since = None

    def _give_up(self, queue: ModelQueue, job: Job, now: float) -> bool:
        """Fails a job that cannot meet its deadline, and returns whether it did. A job that is
        alone may try, as the rate may be wrong; so may one in order, as a part of it is of use."""
        left_s = job.deadline - now
        if left_s > 0:
            may_try = job.in_order or len(self._order) == 1
            rate = None if may_try else queue.throughput.tokens_per_second
            if not rate or job.waiting_tokens / rate <= DOUBT * left_s:
                return False
        queue.expire(job)
        return True

    @property
    def _under_way(self) -> int:
        """How many runs are. The lock is held."""
        return sum(len(queue.running) for queue in self._queues)

    def _load(self) -> tuple[Backlog, float]:
        """(what waits for the device, `Load.longest_run_s`). The lock is held."""
        now = self._clock()
        rates = {queue: queue.throughput.tokens_per_second for queue in self._queues}
        jobs = {
            flow: [_waiting_work(job, rates.get(queue), now) for queue, job in line]
            for flow, line in self._order.waiting().items()
        }
        running_s = sum(
            run.tokens / rate
            for queue, rate in rates.items()
            if rate
            for run in queue.running.values()
        )
        last = max((queue.last_deadline for queue in self._queues if queue.jobs), default=now)
        starts = [run.start for queue in self._queues for run in queue.running.values()]
        backlog = Backlog(jobs, running_s, max(0.0, last - now), self._order.shares.copy())
        return backlog, now - min(starts, default=now)


def _waiting_work(job: Job, rate: float | None, now: float) -> WaitingWork:
    work_s = job.waiting_tokens / rate if rate else 0.0
    deadline_s = math.inf if job.in_order else job.deadline - now
    return WaitingWork(work_s, job.due - now, deadline_s)
