"""The workers of a device, and which of its models' jobs they run next.

Work leaves when a worker is free; nothing waits for a batch to fill. A job whose client has gone
(its future is cancelled) or whose deadline has passed loses its waiting inputs.
"""

import threading
import time

from sidecar.runtime.model_queue import Clock, ModelQueue, ModelSession, Run


class Scheduler:
    """Runs the jobs of a device's models on `workers` threads. `close` it after use.

    scheduler = Scheduler(layout.workers)
    scorer = scheduler.add(ModelSession(...))
    scored = scorer.submit(inputs, deadline).result()
    """

    def __init__(self, workers: int, *, clock: Clock = time.monotonic) -> None:
        self.workers = workers
        self._clock = clock
        self._queues: list[ModelQueue] = []
        self._turn = 0
        self._wake = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, args=(number,), name=f"rerank-{number}")
            for number in range(workers)
        ]
        for thread in self._threads:
            thread.daemon = True  # a hung device must not keep a stopping process alive
            thread.start()

    def add(self, model: ModelSession) -> ModelQueue:
        """A scorer for the model. Its runs and those of other models take the workers in turn."""
        queue = ModelQueue(model, self.workers, self._wake, self._wait, self._clock)
        with self._wake:
            self._queues.append(queue)
        return queue

    def close(self, timeout_s: float = 5.0) -> None:
        """Fails what is queued, lets runs under way end, and stops the workers."""
        for queue in self._queues:
            queue.close()
        with self._wake:
            self._closed = True
            self._wake.notify_all()
        for thread in self._threads:
            thread.join(timeout_s)

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

    def _work(self, worker: int) -> None:
        while True:
            with self._wake:
                while (taken := self._take(worker)) is None:
                    if self._closed:
                        return
                    self._wake.wait()
            queue, run = taken
            queue.score(worker, run)

    def _take(self, worker: int) -> tuple[ModelQueue, Run] | None:
        """The next run with its queue; None if nothing waits. The lock is held."""
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
