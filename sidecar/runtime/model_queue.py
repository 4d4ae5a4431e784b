"""One model's jobs on a device: the scorer that the pipeline submits to, and how a run is done."""

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import NamedTuple

import structlog

from sidecar.errors import DeadlineExceeded, InferenceFailed, InputRefused, RerankError
from sidecar.runtime.backlog import Backlog
from sidecar.runtime.families import Outputs
from sidecar.runtime.flows import ANYONE, Flow
from sidecar.runtime.jobs import Job, RunReport
from sidecar.runtime.logit_cache import Key
from sidecar.runtime.model_session import ModelSession
from sidecar.runtime.run_order import RunOrder
from sidecar.runtime.runs import take_run
from sidecar.runtime.scorer import Load, OnOutput, Scored
from sidecar.runtime.session import ModelInput
from sidecar.runtime.throughput import Throughput

Clock = Callable[[], float]
"""Seconds; the monotonic clock, or a simulation's."""
Run = list[tuple[Job, int]]
"""(job, position) of each input of a run."""
log = structlog.get_logger("rerank")


class RunUnderWay(NamedTuple):
    """A run that a worker does now."""

    start: float
    tokens: int
    loaded: bool
    """Whether no worker was idle when it began."""
    alone: bool
    """Whether it was all that there was to do."""


class ModelQueue:
    """A `Scorer`. The scheduler makes it; the lock of `wake` and `ended` is the scheduler's, shared
    by all queues of the device."""

    def __init__(
        self,
        model: ModelSession,
        workers: int,
        wake: threading.Condition,
        ended: threading.Condition,
        order: "RunOrder[Job, ModelQueue]",
        device_load: Callable[[], tuple[Backlog, float]],
        clock: Clock,
    ) -> None:
        """`order` holds the jobs of all of the device's models; `device_load` gives what waits for
        it, and `Load.longest_run_s`."""
        self.model = model
        self._workers = workers
        self.throughput = Throughput(workers)
        self.jobs: dict[Job, None] = {}
        """Jobs that are not settled, in the order of arrival."""
        self.last_deadline = 0.0
        """The latest deadline of the jobs that came since the queue was last empty."""
        self.running: dict[int, RunUnderWay] = {}
        """By worker."""
        self.waiting_inputs = 0
        self.waiting_tokens = 0
        self._wake = wake
        self._ended = ended
        self._order = order
        self._device_load = device_load
        self._clock = clock
        self._closed = False

    async def prefetch(self, inputs: Sequence[ModelInput]) -> None:
        """See `Scorer`. It has no cache, and no keys."""

    def submit(
        self,
        inputs: Sequence[ModelInput],
        deadline: float,
        on_output: OnOutput | None = None,
        *,
        in_order: bool = False,
        flow: Flow = ANYONE,
        due: float | None = None,
        keys: Sequence[Key] | None = None,
    ) -> "Future[Scored]":
        """See `Scorer`. Raises RerankError when it is closed."""
        job = Job.of(
            inputs,
            deadline,
            self._clock(),
            on_output,
            flow=flow,
            in_order=in_order,
            due=due,
            tokens_per_second=self.throughput.tokens_per_second,
        )
        if not inputs:
            job.finish(job.submitted)
            return job.future
        job.future.add_done_callback(lambda _: self._drop(job))
        with self._wake:
            if self._closed:
                raise RerankError("the scheduler is closed")
            self.last_deadline = max(deadline, self.last_deadline if self.jobs else deadline)
            self.jobs[job] = None
            self._order.add(job, self)
            self._count(len(inputs), job.waiting_tokens)
            self._wake.notify(len(inputs))
        return job.future

    def load(self) -> Load:
        """See `Scorer`."""
        with self._wake:
            backlog, longest_run_s = self._device_load()
            return Load(
                inputs=self.waiting_inputs + len(self.running),
                tokens=self.tokens,
                backlog=backlog,
                longest_run_s=longest_run_s,
                tokens_per_second=self.throughput.tokens_per_second,
            )

    @property
    def uncached(self) -> "ModelQueue":
        """See `Scorer`."""
        return self

    @property
    def tokens(self) -> int:
        """Tokens that wait or run now."""
        return self.waiting_tokens + sum(run.tokens for run in self.running.values())

    def close(self) -> None:
        """Fails what is queued and takes nothing more; runs under way end."""
        with self._wake:
            self._closed = True
            jobs = list(self.jobs)
        for job in jobs:
            job.fail(RerankError("the service stopped"))

    def forget_session(self) -> None:
        """Lets the session's memory go. Jobs refer to their queue, and futures to their jobs, for
        as long as the garbage collector leaves them."""
        self.model = self.model.unloaded()

    def expire(self, job: Job) -> None:
        """Fails a job that cannot be done by its deadline. The lock is held.

        Its client may have cancelled it just now, in a thread that waits for the lock to drop it.
        It is dropped here in any case: else whoever looks for the next run finds it for ever.
        """
        self._drop(job)
        job.fail(DeadlineExceeded("there was no time to score every pair before the deadline"))

    def take(self, worker: int, now: float, lead: Job, *, beside: int) -> Run:
        """The run that the job leads, counted as the worker's, beside so many others on the device.
        The lock is held."""
        priority = lead.flow.priority
        others = (job for job in self.jobs if job.flow.priority == priority)
        run = take_run(lead, others, self.model.layout)
        taken: dict[Job, int] = {}
        for job, position in run:
            taken[job] = taken.get(job, 0) + len(job.inputs[position])
        rate = self.throughput.tokens_per_second
        for job, tokens in taken.items():
            job.started = job.started or now
            job.waiting_tokens -= tokens
        self._order.took({job: tokens / rate if rate else 0.0 for job, tokens in taken.items()})
        tokens = sum(taken.values())
        self.running[worker] = RunUnderWay(
            now,
            tokens,
            loaded=beside + 1 >= self._workers,
            alone=not beside and not len(self._order),
        )
        self._count(-len(run), -tokens)
        return run

    def score(self, worker: int, run: Run) -> None:
        """Does a run and settles the jobs that it finishes. Raises nothing: a worker that died
        would take its share of the service with it."""
        start, tokens, loaded, alone = self.running[worker]
        padded_tokens = tokens
        finished: list[Job] = []
        fault: Exception | None = None
        try:
            inputs = [job.inputs[position] for job, position in run]
            arrays = self.model.arrays(inputs)
            padded_tokens = arrays.input_ids.size
            outputs = self.model.outputs(arrays, alone=alone)
            with self._wake:
                finished = _record(run, outputs)
            for (job, position), output in zip(run, outputs, strict=True):
                if job.on_output is not None:
                    job.on_output(position, output)
        except Exception as raised:  # whatever the runtime raises is this run's failure
            fault = raised
        end = self._clock()
        with self._wake:
            del self.running[worker]
            if self._closed:
                self._ended.notify_all()  # who removes the queue waits for its last run
        if fault is None:
            self.throughput.record(tokens, end - start, loaded=loaded)
        self._report(run, tokens, padded_tokens, end - start, fault)
        for job in finished:
            job.finish(end)
        if fault is not None:
            for job in {id(job): job for job, _ in run}.values():
                job.fail(_failure(fault), fault)

    def _report(
        self, run: Run, tokens: int, padded_tokens: int, seconds: float, fault: Exception | None
    ) -> None:
        tags = {id(job): job.tag for job, _ in run if job.tag is not None}
        report = RunReport(
            self.model.name,
            len(run),
            tokens,
            padded_tokens,
            seconds,
            failed=fault is not None,
            refused=isinstance(fault, InputRefused),
            tags=tuple(tags.values()),
        )
        try:
            self.model.on_run(report)
        except Exception as raised:  # an observer's fault is no request's
            log.error("run observer", fault=type(raised).__name__)

    def _count(self, inputs: int, tokens: int) -> None:
        """Keeps the totals that `load` shows. The lock is held."""
        self.waiting_inputs += inputs
        self.waiting_tokens += tokens

    def _drop(self, job: Job) -> None:
        """Takes a settled job from the queue: whatever of it still waits never runs."""
        with self._wake:
            self._order.drop(job)
            self._count(-len(job.waiting), -job.waiting_tokens)
            job.waiting.clear()
            job.waiting_tokens = 0
            self.jobs.pop(job, None)


def _record(run: Run, outputs: Outputs) -> list[Job]:
    """Gives the outputs to their jobs, and returns the jobs that are now complete.

    Raises ValueError if there is not one output per input.
    """
    rows = zip(run, outputs, strict=True)
    return [job for (job, position), output in rows if job.record(position, output)]


def _failure(fault: Exception) -> RerankError:
    """What a job gets when its run raised: the session's own words where it has some."""
    if isinstance(fault, InputRefused):
        return InputRefused(fault.message)
    if isinstance(fault, RerankError):
        return InferenceFailed(fault.message)
    return InferenceFailed(f"the model failed: {type(fault).__name__}")
