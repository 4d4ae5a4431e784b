"""A session whose runs happen in worker processes that are kept alive: one for each run at a time.

When a worker dies or hangs, its run fails and no other; a thread of its own starts the next one at
once. A worker joins when it has opened the model and proven the canonical pairs.
"""

import threading
import time
from collections.abc import Callable
from typing import Literal, Self

import numpy as np
import structlog

from sidecar.errors import InferenceFailed, RerankError, StartupError
from sidecar.runtime.quarantine import Quarantine
from sidecar.runtime.session import Batch, Session, Tensors
from sidecar.runtime.thread_priority import make_give_way
from sidecar.runtime.worker_process import OpenSession, WorkerEnded, WorkerProcess

FREE_LIMIT_S = 5.0
"""Longest wait of a run for a worker: as long as a restart may take."""
RETRY_S = 1.0
MAX_RETRY_S = 30.0
"""Between attempts to start a worker, when they fail."""
End = Literal["died", "hung"]
log = structlog.get_logger("rerank")


class ProcessSession:
    """A `ClosableSession`. `open` it, and `close` it after use."""

    def __init__(
        self,
        model: str,
        open_session: OpenSession,
        prove: Callable[[Session], None],
        quarantine: Quarantine,
        *,
        workers: int,
        run_timeout_s: float,
        nice: int = 0,
    ) -> None:
        """`prove` raises StartupError for a worker that must not serve. A run that takes longer
        than `run_timeout_s` is a hung one. Workers give way to others by `nice` once they are
        proven: a start does not take longer."""
        self.workers = workers
        self.on_end: Callable[[End], None] = lambda end: None
        """Called when a worker has died or was killed because it hung."""
        self._model = model
        self._open_session = open_session
        self._prove = prove
        self._quarantine = quarantine
        self._run_timeout_s = run_timeout_s
        self._nice = nice
        self._running: set[WorkerProcess] = set()
        self._idle: list[WorkerProcess] = []
        self._fault: RerankError | None = None
        """Of a first start."""
        self._closed = False
        self._changed = threading.Condition()

    def open(self) -> Self:
        """Itself, with all of its workers. Raises what `open_session` and `prove` raise."""
        for number in range(self.workers):
            threading.Thread(
                target=self._keep, name=f"worker-{self._model}-{number}", daemon=True
            ).start()
        with self._changed:
            self._changed.wait_for(lambda: self._fault or not self.missing)
        if self._fault is not None:
            self.close()
            raise self._fault
        return self

    @property
    def missing(self) -> int:
        """How many workers are being started."""
        return self.workers - len(self._running)

    @property
    def rss_bytes(self) -> int:
        """The resident memory of all workers."""
        with self._changed:
            running = list(self._running)
        return sum(worker.rss_bytes for worker in running)

    @property
    def pids(self) -> list[int]:
        """The process ids of the workers that run."""
        with self._changed:
            return sorted(worker.pid for worker in self._running)

    def run(self, batch: Batch) -> Tensors:
        """See `Session`. Raises WorkerEnded if its worker dies or hangs, InputRefused for inputs
        that have ended two workers, InferenceFailed if the model fails or no worker is there."""
        if not self._quarantine.suspects(batch):
            return self._run(batch)
        rows = [self._run(_row(batch, row)) for row in range(len(batch.input_ids))]
        return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}

    def close(self) -> None:
        """Ends the workers; runs under way fail. May be called twice."""
        with self._changed:
            self._closed = True
            running = list(self._running)
            self._changed.notify_all()
        for worker in running:
            worker.kill()

    def _run(self, batch: Batch) -> Tensors:
        worker = self._take()
        try:
            tensors = worker.run(batch)
        except WorkerEnded:
            if not self._closed:
                self._quarantine.blame(batch)
            raise
        except InferenceFailed:
            self._give_back(worker)
            raise
        except BaseException:  # an answer that is none: its memory is spoilt
            worker.kill()
            raise
        self._give_back(worker)
        self._quarantine.clear(batch)
        return tensors

    def _take(self) -> WorkerProcess:
        with self._changed:
            self._changed.wait_for(lambda: self._idle or self._closed, FREE_LIMIT_S)
            if self._closed or not self._idle:
                raise InferenceFailed("no process of the model is running")
            return self._idle.pop()

    def _give_back(self, worker: WorkerProcess) -> None:
        with self._changed:
            if worker in self._running:  # else it died since
                self._idle.append(worker)
                self._changed.notify_all()

    def _keep(self) -> None:
        """Keeps one worker alive until the end."""
        retry_s, began = RETRY_S, time.monotonic()
        is_first = True
        while not self._closed:
            try:
                worker = self._start()
            except Exception as raised:  # this thread must not end
                fault = _startup_fault(raised)
                if is_first:
                    self._fail(fault)
                    return
                log.error("worker not started", model=self._model, fault=fault.message)
                with self._changed:
                    self._changed.wait_for(lambda: self._closed, retry_s)
                retry_s = min(2 * retry_s, MAX_RETRY_S)
                continue
            if not is_first:
                seconds = round(time.monotonic() - began, 2)
                log.info("worker started", model=self._model, pid=worker.pid, seconds=seconds)
            is_first, retry_s = False, RETRY_S
            status = worker.wait()
            began = time.monotonic()
            self._leave(worker, status)

    def _start(self) -> WorkerProcess:
        """A worker that has joined."""
        worker = WorkerProcess.start(self._open_session)
        try:
            worker.run_timeout_s = self._run_timeout_s
            self._prove(worker)
            make_give_way(worker.pid, self._nice)
        except BaseException:
            worker.end()
            raise
        with self._changed:
            self._running.add(worker)
            self._idle.append(worker)
            if self._closed:
                worker.kill()
            self._changed.notify_all()
        return worker

    def _leave(self, worker: WorkerProcess, status: int) -> None:
        with self._changed:
            self._running.discard(worker)
            if worker in self._idle:
                self._idle.remove(worker)
            closed = self._closed
        if closed:
            return
        end: End = "hung" if worker.hung else "died"
        log.error("worker ended", model=self._model, pid=worker.pid, end=end, status=status)
        self.on_end(end)

    def _fail(self, fault: RerankError) -> None:
        with self._changed:
            self._fault = fault
            self._changed.notify_all()


def _startup_fault(raised: Exception) -> RerankError:
    """Why a worker did not start: no memory and no free descriptor are the system's words."""
    if isinstance(raised, RerankError):
        return raised
    return StartupError(f"a worker process does not start: {raised}")


def _row(batch: Batch, row: int) -> Batch:
    """One input of a batch, as wide as it was."""
    types = batch.token_type_ids
    one = slice(row, row + 1)
    return Batch(
        batch.input_ids[one], batch.attention_mask[one], None if types is None else types[one]
    )
