"""What waits for a device now, and what would become of more work. Pure."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from sidecar.runtime.fair_shares import FairShares
from sidecar.runtime.flows import ANYONE, Flow
from sidecar.runtime.run_order import due_s

TRIFLE = 0.01
"""Share of the time that a job has to spare: work that takes less of it does not make it late."""

DOUBT = 1.1
"""A job is lost, and given up, when it needs so many times the time it has: the measured rate is a
mean."""

SOONER_S = 0.001
"""Of two jobs, the one that is due so much sooner runs first."""


class WaitingWork(NamedTuple):
    """A job that waits; seconds from now."""

    work_s: float
    """What is left of it, by the measured rate of its model; 0 without one."""
    due_s: float = 0.0
    deadline_s: float = math.inf
    """Infinite if it need not be done by then."""

    @classmethod
    def new(cls, work_s: float, deadline_s: float = math.inf) -> "WaitingWork":
        """A job that comes now."""
        return cls(work_s, due_s(work_s, deadline_s), deadline_s)


@dataclass(frozen=True, slots=True)
class Backlog:
    """The work that waits, by flow, and how far each flow is served."""

    jobs: Mapping[Flow, Sequence[WaitingWork]] = field(default_factory=dict)
    running_s: float = 0.0
    """Of runs under way."""
    last_deadline_s: float = math.inf
    """Work past its deadline is dropped: nobody waits for it any longer."""
    shares: FairShares = field(default_factory=FairShares)

    @classmethod
    def of(cls, seconds: float) -> "Backlog":
        """A job of so much work, of a client without a key."""
        return cls({ANYONE: [WaitingWork(seconds)]})

    @property
    def total_s(self) -> float:
        """Seconds until all of it is done or past its deadline."""
        waiting_s = sum(map(_work_s, self.jobs.values()))
        return min(waiting_s + self.running_s, self.last_deadline_s)

    def ahead_s(self, flow: Flow, new: WaitingWork) -> float:
        """Seconds that one more job of the flow would wait, in all: for what of its own flow is due
        before it, and for what others are served meanwhile."""
        own_s = sum(job.work_s for job in self.jobs.get(flow, ()) if job.due_s <= new.due_s)
        served_s = self._others_s(flow, own_s + new.work_s)
        return min(self.running_s + own_s + served_s, self.last_deadline_s)

    def before_later_deadlines(self, flow: Flow, new: WaitingWork) -> WaitingWork:
        """The job, due before all of its flow whose deadline is later than its own."""
        later = (
            job.due_s
            for job in self.jobs.get(flow, ())
            if new.deadline_s < job.deadline_s < math.inf
        )
        return new._replace(due_s=min(new.due_s, min(later, default=math.inf) - SOONER_S))

    def makes_late(self, flow: Flow, new: WaitingWork, caution: float) -> bool:
        """Whether one more job of the flow would make another of it late, that is due after it and
        is not lost anyway, if everything took `caution` times as long as is forecast.

        A job that is late by the forecast alone is not lost: if it were, everything would be let in
        before it as soon as it had no time to spare, and its work done for nothing.
        """
        later = sorted(
            (job for job in self.jobs.get(flow, ()) if job.due_s > new.due_s),
            key=lambda job: job.due_s,
        )
        if not later:
            return False
        all_s = _work_s(self.jobs[flow])
        # What others are served until the whole line is done, shared out over it.
        with_others = 1 + self._others_s(flow, all_s + new.work_s) / (all_s + new.work_s or 1.0)
        end_s = all_s - _work_s(later)
        for job in later:
            end_s += job.work_s
            before_s = self.running_s + with_others * end_s
            more_s = with_others * new.work_s
            slack_s = job.deadline_s - before_s
            safe = caution * (before_s + more_s) <= job.deadline_s
            lost = before_s > DOUBT * job.deadline_s
            if not lost and not safe and more_s > TRIFLE * slack_s:
                return True
        return False

    def plus(self, more: Iterable[tuple[Flow, WaitingWork]]) -> "Backlog":
        """With more jobs."""
        jobs = {flow: list(each) for flow, each in self.jobs.items()}
        last_s = self.last_deadline_s if self.jobs or self.running_s else 0.0
        for flow, job in more:
            jobs.setdefault(flow, []).append(job)
            last_s = max(last_s, job.deadline_s)
        return Backlog(jobs, self.running_s, last_s, self.shares)

    def _others_s(self, flow: Flow, work_s: float) -> float:
        if not self.jobs.keys() - {flow}:
            return 0.0
        waiting_s = {other: _work_s(jobs) for other, jobs in self.jobs.items()}
        return self.shares.served_before(flow, work_s, waiting_s)


def _work_s(jobs: Iterable[WaitingWork]) -> float:
    return sum(job.work_s for job in jobs)
