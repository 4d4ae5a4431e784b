"""Which job's inputs run next. The one policy of a device; it has neither a clock nor threads.

    priority   interactive and batch by their shares   (fair_shares)
    key        the keys of that priority alike         (fair_shares)
    job        of the flow the one that is due first

A job is due after `PATIENCE` times its own work, or some time before its deadline if that comes
first. So a small job does not wait for a large one to end, no job is overtaken for ever, and all
wait in proportion to what they ask for: the discipline of Bender, Chakrabarti, Muthukrishnan, "Flow
and stretch metrics for scheduling continuous job streams" (SODA 1998).

In the order of deadlines every deadline is met that can be (Liu and Layland, 1973). So `admission`
lets a job that would else be late be due before those whose deadline is later, if they have the
time. A job's due time is set once, at admission: an order that changed afterwards would not be the
one that was forecast.
"""

import heapq
import itertools
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from sidecar.runtime.fair_shares import FairShares
from sidecar.runtime.flows import Flow

PATIENCE = 4.0
"""A job is due after so many times the seconds of its own work, or by DEADLINE_SHARE."""
DEADLINE_SHARE = 0.6
"""Latest that a job is due, as a share of the time until its deadline. One that was due at the
deadline itself would be late for the least reason, after most of its work."""


class Waiting(Protocol):
    """What the order needs of a job."""

    flow: Flow
    due: float
    waiting: list[tuple[int, int]]
    """(length, position) of the inputs that no run has taken yet."""


Job = TypeVar("Job", bound=Waiting)
Model = TypeVar("Model", bound=Hashable)


def due_s(work_s: float, deadline_s: float) -> float:
    """Seconds after which a job of so much work is due."""
    return min(PATIENCE * work_s, DEADLINE_SHARE * deadline_s)


@dataclass(slots=True)
class _Line(Generic[Job, Model]):
    """The jobs of a flow that have inputs waiting, in the order of arrival."""

    jobs: dict[Job, Model] = field(default_factory=dict)
    by_due: list[tuple[float, int, Job]] = field(default_factory=list)
    """A heap of them, and of some that wait no more: (due, number, job)."""

    def lead(self) -> tuple[Job, Model]:
        while (job := self.by_due[0][2]) not in self.jobs:
            heapq.heappop(self.by_due)
        return job, self.jobs[job]


class RunOrder(Generic[Job, Model]):
    """The jobs that wait for a device, of all its models."""

    def __init__(self, shares: FairShares) -> None:
        self.shares = shares
        self._lines: dict[Flow, _Line[Job, Model]] = {}
        self._numbers = itertools.count()

    def __len__(self) -> int:
        return sum(len(line.jobs) for line in self._lines.values())

    def add(self, job: Job, model: Model) -> None:
        """A job that has come, with all of its inputs waiting."""
        line = self._lines.setdefault(job.flow, _Line())
        line.jobs[job] = model
        heapq.heappush(line.by_due, (job.due, next(self._numbers), job))

    def lead(self) -> tuple[Job, Model] | None:
        """The job that leads the next run, with its model; None if nothing waits."""
        if len(self._lines) > 1:
            return self._lines[self.shares.first(self._lines)].lead()
        return next((line.lead() for line in self._lines.values()), None)

    def took(self, work_s: Mapping[Job, float]) -> None:
        """A run takes inputs of the jobs that take the device so long."""
        of_flow: dict[Flow, float] = {}
        for job, seconds in work_s.items():
            of_flow[job.flow] = of_flow.get(job.flow, 0.0) + seconds
        self.shares.charge(of_flow)
        for job in work_s:
            if not job.waiting:
                self._leave(job, self._lines[job.flow])

    def drop(self, job: Job) -> None:
        """What of the job still waits never runs. Nothing happens if none does."""
        line = self._lines.get(job.flow)
        if line is not None and job in line.jobs:
            self._leave(job, line)

    def waiting(self) -> Mapping[Flow, Sequence[tuple[Model, Job]]]:
        """Each job that waits, with its model, by flow."""
        return {
            flow: [(model, job) for job, model in line.jobs.items()]
            for flow, line in self._lines.items()
        }

    def _leave(self, job: Job, line: _Line[Job, Model]) -> None:
        del line.jobs[job]
        if not line.jobs:
            del self._lines[job.flow]
