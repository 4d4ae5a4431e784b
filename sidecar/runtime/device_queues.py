"""Which of a device's models' jobs run next. No threads of its own: whoever runs the work `take`s
it, the workers of `scheduler` or, step by step, a simulation.

Work leaves when a worker is free; nothing waits for a batch to fill. A job whose client has gone
(its future is cancelled) or whose deadline has passed loses its waiting inputs.
"""

import threading
import time

from sidecar.runtime.model_queue import Clock, ModelQueue, ModelSession, Run


class DeviceQueues:
    """The queues of a device's models, for `workers` that run their jobs. Thread-safe."""

    def __init__(self, workers: int, *, clock: Clock = time.monotonic) -> None:
        self.workers = workers
        self._clock = clock
        self._queues: list[ModelQueue] = []
        self._turn = 0
        self._wake = threading.Condition()
        """Notified when there is work; its lock guards all queues."""

    def add(self, model: ModelSession) -> ModelQueue:
        """A scorer for the model. Its runs and those of other models take the workers in turn."""
        queue = ModelQueue(model, self.workers, self._wake, self._wait, self._clock)
        with self._wake:
            self._queues.append(queue)
        return queue

    def take(self, worker: int) -> tuple[ModelQueue, Run] | None:
        """The worker's next run with its queue, whose `score` does it; None if nothing waits."""
        with self._wake:
            return self._take(worker)

    def close(self) -> None:
        """Fails what is queued, and takes nothing more."""
        for queue in self._queues:
            queue.close()

    def _wait(self) -> tuple[float, float]:
        """(seconds until all that is queued is done or past its deadline, seconds since the start
        of the oldest run). The lock is held. Models without a measured rate do not count."""
        now = self._clock()
        queued = sum(
            queue.tokens / rate
            for queue in self._queues
            if (rate := queue.throughput.tokens_per_second)
        )
        deadlines = [job.deadline for queue in self._queues for job in queue.jobs]
        latest_s = max(0.0, max(deadlines, default=0.0) - now)
        starts = [start for queue in self._queues for start, _ in queue.running.values()]
        return min(queued, latest_s), now - min(starts, default=now)

    def _take(self, worker: int) -> tuple[ModelQueue, Run] | None:
        """As `take`. The lock is held."""
        now = self._clock()
        for queue in self._queues:
            queue.fail_expired(now)
        shortest = self._turn % 2 == 1
        chosen = self._next_queue(shortest)
        if chosen is None:
            return None
        self._turn += 1
        return chosen, chosen.take(worker, now, shortest=shortest)

    def _next_queue(self, shortest: bool) -> ModelQueue | None:
        """The queue of the next run's first job, by the same rule as `take_run` chooses that job:
        the oldest of all models, or with `shortest` the one with the fewest inputs left."""
        waiting = [queue for queue in self._queues if queue.waiting_inputs]
        if len(waiting) < 2:
            return waiting[0] if waiting else None
        jobs = [(job, queue) for queue in waiting for job in queue.jobs if job.waiting]
        if shortest:
            return min(jobs, key=lambda item: len(item[0].waiting))[1]
        return min(jobs, key=lambda item: item[0].submitted)[1]
