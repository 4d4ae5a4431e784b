"""The workers of a device: threads that do the runs which `device_queues` chooses."""

import threading
import time

from sidecar.runtime.device_queues import DeviceQueues
from sidecar.runtime.fair_shares import BATCH_SHARE
from sidecar.runtime.model_queue import Clock
from sidecar.runtime.thread_priority import give_way


class Scheduler(DeviceQueues):
    """Runs the jobs of a device's models on `workers` threads. `close` it after use.

    scheduler = Scheduler(layout.workers)
    scorer = scheduler.add(ModelSession(...))
    scored = scorer.submit(inputs, deadline).result()
    """

    def __init__(
        self,
        workers: int,
        *,
        clock: Clock = time.monotonic,
        batch_share: float = BATCH_SHARE,
        nice: int = 0,
    ) -> None:
        """As `DeviceQueues`; `nice` is how far the workers give way to other threads."""
        super().__init__(workers, clock=clock, batch_share=batch_share)
        self._nice = nice
        self._threads = [
            threading.Thread(target=self._work, args=(number,), name=f"rerank-{number}")
            for number in range(workers)
        ]
        for thread in self._threads:
            thread.daemon = True  # a hung device must not keep a stopping process alive
            thread.start()

    def close(self, timeout_s: float = 5.0) -> None:
        """Fails what is queued, lets runs under way end, and stops the workers."""
        super().close()
        with self._wake:
            self._wake.notify_all()
        for thread in self._threads:
            thread.join(timeout_s)

    def _work(self, worker: int) -> None:
        give_way(self._nice)
        while True:
            with self._wake:
                while (taken := self._take(worker)) is None:
                    if self._closed:
                        return
                    self._wake.wait()
            queue, run = taken
            queue.score(worker, run)
            del taken, queue, run  # a waiting worker keeps no model that was unloaded
