"""One queue of pairs for all requests, and the workers that take runs from it.

Work leaves when a worker is free; nothing waits for a batch to fill. A job whose client has gone
(its future is cancelled) or whose deadline has passed loses its waiting pairs.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field

import numpy as np
import structlog
from numpy.typing import NDArray

from sidecar.errors import DeadlineExceeded, InferenceFailed, RerankError
from sidecar.runtime.manifest import Padding
from sidecar.runtime.onnx_session import Logits, Session
from sidecar.runtime.runs import Layout, batch, take_run
from sidecar.runtime.tokenizer import Pair

Clock = Callable[[], float]
log = structlog.get_logger("rerank")


@dataclass(frozen=True, slots=True)
class Scored:
    """A job's logits, shape (pairs,), and its seconds in the queue and in runs."""

    logits: NDArray[np.float32]
    queue_s: float
    infer_s: float


@dataclass(frozen=True, slots=True)
class RunReport:
    """What one run was, for metrics and for the measured rate."""

    pairs: int
    tokens: int
    padded_tokens: int
    seconds: float
    failed: bool = False


@dataclass(eq=False)
class Job:
    """The pairs of one request while they wait and run."""

    pairs: Sequence[Pair]
    deadline: float
    submitted: float
    waiting: list[tuple[int, int]]
    logits: NDArray[np.float32]
    missing: int
    started: float | None = None
    future: "Future[Scored]" = field(default_factory=Future)


class Scheduler:
    """Runs jobs on `layout.workers` threads over one session. `close` it after use."""

    def __init__(
        self,
        session: Session,
        layout: Layout,
        padding: Padding,
        pad_id: int,
        *,
        on_run: Callable[[RunReport], None] = lambda report: None,
        clock: Clock = time.monotonic,
    ) -> None:
        self.layout = layout
        self._session = session
        self._padding = padding
        self._pad_id = pad_id
        self._on_run = on_run
        self._clock = clock
        self._jobs: list[Job] = []
        self._running: dict[int, tuple[float, int]] = {}
        self._turn = 0
        self._waiting_pairs = 0
        self._waiting_tokens = 0
        self._wake = threading.Condition()
        self._closed = False
        self._threads = [
            threading.Thread(target=self._work, args=(number,), name=f"rerank-{number}")
            for number in range(layout.workers)
        ]
        for thread in self._threads:
            thread.daemon = True  # a hung device must not keep a stopping process alive
            thread.start()

    def submit(self, pairs: Sequence[Pair], deadline: float) -> "Future[Scored]":
        """Queues the pairs of one request; its future's cancellation takes them out again.

        `deadline` is on the scheduler's clock. The future fails with DeadlineExceeded,
        InferenceFailed, or RerankError when the scheduler is closed first.
        """
        job = Job(
            pairs=pairs,
            deadline=deadline,
            submitted=self._clock(),
            waiting=sorted((len(pair), position) for position, pair in enumerate(pairs)),
            logits=np.zeros(len(pairs), dtype=np.float32),
            missing=len(pairs),
        )
        if not pairs:
            _settle(job, Scored(job.logits, 0.0, 0.0))
            return job.future
        job.future.add_done_callback(lambda _: self._drop(job))
        with self._wake:
            if self._closed:
                raise RerankError("the scheduler is closed")
            self._jobs.append(job)
            self._count(len(job.waiting), sum(length for length, _ in job.waiting))
            self._wake.notify_all()
        return job.future

    def backlog(self) -> tuple[int, int]:
        """(pairs, tokens) that wait or run now; a run counts as one pair, with its tokens."""
        with self._wake:
            running = sum(tokens for _, tokens in self._running.values())
            return self._waiting_pairs + len(self._running), self._waiting_tokens + running

    def clears_s(self) -> float:
        """Seconds until everything that waits now is scored or past its deadline, at the latest."""
        with self._wake:
            latest = max((job.deadline for job in self._jobs), default=0.0)
            return max(0.0, latest - self._clock())

    def longest_run_s(self) -> float:
        """Seconds since the start of the oldest run under way; 0 when none is."""
        with self._wake:
            now = self._clock()
            return max((now - start for start, _ in self._running.values()), default=0.0)

    def close(self, timeout_s: float = 5.0) -> None:
        """Fails what is queued, lets runs under way end, and stops the workers."""
        with self._wake:
            self._closed = True
            jobs, self._jobs = self._jobs, []
            self._wake.notify_all()
        for job in jobs:
            _settle(job, RerankError("the service stopped"))
        for thread in self._threads:
            thread.join(timeout_s)

    def _work(self, worker: int) -> None:
        while True:
            with self._wake:
                run = self._next_run()
                while not run:
                    if self._closed:
                        return
                    self._wake.wait()
                    run = self._next_run()
                tokens = sum(len(job.pairs[position]) for job, position in run)
                self._running[worker] = (self._clock(), tokens)
                self._count(-len(run), -tokens)
            self._score(worker, run, tokens)

    def _next_run(self) -> list[tuple[Job, int]]:
        """The next run, with expired jobs failed on the way. The lock is held."""
        now = self._clock()
        expired = [job for job in self._jobs if job.deadline <= now]
        for job in expired:
            self._jobs.remove(job)
            _settle(job, DeadlineExceeded("the deadline passed before every pair was scored"))
        run = take_run(self._jobs, self.layout, shortest=self._turn % 2 == 1)
        self._turn += len(run) > 0
        for job, _ in run:
            job.started = job.started or now
        return run

    def _score(self, worker: int, run: list[tuple[Job, int]], tokens: int) -> None:
        """Runs the pairs and settles the jobs that they finish. Raises nothing: a worker that died
        would take its share of the service with it."""
        start = self._clock()
        finished: list[Job] = []
        fault: Exception | None = None
        padded = tokens
        try:
            arrays = batch(
                [job.pairs[position] for job, position in run], self._padding, self._pad_id
            )
            padded = arrays.input_ids.size
            logits = self._session.run(arrays)
            with self._wake:
                finished = self._record(run, logits)
        except Exception as raised:  # whatever the runtime raises is this run's failure
            fault = raised
        end = self._clock()
        with self._wake:
            del self._running[worker]
        self._report(RunReport(len(run), tokens, padded, end - start, fault is not None))
        for job in finished:
            queue_s = (job.started or job.submitted) - job.submitted
            _settle(job, Scored(job.logits, queue_s, end - job.submitted - queue_s))
        if fault is not None:
            for job in {id(job): job for job, _ in run}.values():
                _settle(job, InferenceFailed(f"the model failed: {type(fault).__name__}"), fault)

    def _report(self, report: RunReport) -> None:
        try:
            self._on_run(report)
        except Exception as fault:  # an observer's fault is no request's
            log.error("run observer", fault=type(fault).__name__)

    def _record(self, run: list[tuple[Job, int]], logits: Logits) -> list[Job]:
        """Writes the logits to their jobs; the jobs that this run finished. The lock is held.

        Raises ValueError when there is not one logit per pair.
        """
        finished = []
        for (job, position), logit in zip(run, logits, strict=True):
            job.logits[position] = logit
            job.missing -= 1
            if job.missing == 0:
                finished.append(job)
        return finished

    def _count(self, pairs: int, tokens: int) -> None:
        """Keeps the totals, so that admission need not walk the queue. The lock is held."""
        self._waiting_pairs += pairs
        self._waiting_tokens += tokens

    def _drop(self, job: Job) -> None:
        """Takes a settled job from the queue: whatever still waits of it is never run."""
        with self._wake:
            self._count(-len(job.waiting), -sum(length for length, _ in job.waiting))
            job.waiting.clear()
            if job in self._jobs:
                self._jobs.remove(job)


def _settle(job: Job, outcome: Scored | RerankError, cause: BaseException | None = None) -> None:
    """Sets the job's future, unless its client has cancelled it."""
    try:
        if isinstance(outcome, Scored):
            job.future.set_result(outcome)
        else:
            outcome.__cause__ = cause
            job.future.set_exception(outcome)
    except InvalidStateError:
        pass
