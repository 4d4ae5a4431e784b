"""Which job's inputs run next. The one policy of a device; it has neither a clock nor threads.

    priority   interactive and batch by their shares   (fair_shares)
    key        the keys of that priority alike         (fair_shares)
    job        of the flow the oldest, or in turn the one with the fewest inputs left

So no flow starves, and in a flow no job does: the oldest has every other run, and a small job does
not wait for a large one to end.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from sidecar.runtime.fair_shares import FairShares
from sidecar.runtime.flows import Flow


class Waiting(Protocol):
    """What the order needs of a job."""

    flow: Flow
    waiting: list[tuple[int, int]]
    """(length, position) of the inputs that no run has taken yet."""
    waiting_tokens: int


Job = TypeVar("Job", bound=Waiting)
Model = TypeVar("Model", bound=Hashable)


@dataclass(slots=True)
class _Line(Generic[Job, Model]):
    """The jobs of a flow that have inputs waiting, in the order of arrival."""

    jobs: dict[Job, Model] = field(default_factory=dict)
    tokens: dict[Model, int] = field(default_factory=dict)
    """That wait, by model."""
    shortest: bool = False
    """Whether it is the turn of the job with the fewest inputs."""

    def lead(self) -> tuple[Job, Model]:
        job = next(iter(self.jobs))
        if self.shortest and len(self.jobs) > 1:
            job = min(self.jobs, key=lambda each: len(each.waiting))
        return job, self.jobs[job]


class RunOrder(Generic[Job, Model]):
    """The jobs that wait for a device, of all its models."""

    def __init__(self, shares: FairShares) -> None:
        self.shares = shares
        self._lines: dict[Flow, _Line[Job, Model]] = {}

    def __len__(self) -> int:
        return sum(len(line.jobs) for line in self._lines.values())

    def add(self, job: Job, model: Model) -> None:
        """A job that has come, with all of its inputs waiting."""
        line = self._lines.setdefault(job.flow, _Line())
        line.jobs[job] = model
        line.tokens[model] = line.tokens.get(model, 0) + job.waiting_tokens

    def lead(self) -> tuple[Job, Model] | None:
        """The job that leads the next run, with its model; None if nothing waits."""
        if not self._lines:
            return None
        return self._lines[self.shares.first(self._lines)].lead()

    def took(self, job: Job, tokens: int, work_s: float) -> None:
        """A run takes inputs of the job: so many tokens, which take the device so long."""
        line = self._lines[job.flow]
        _take(line, job, tokens)
        self.shares.charge(job.flow, work_s)
        if not job.waiting:
            self._leave(job, line)

    def turn(self, flow: Flow) -> None:
        """A run was led by a job of the flow: the next is led by the other rule."""
        if (line := self._lines.get(flow)) is not None:
            line.shortest = not line.shortest

    def drop(self, job: Job) -> None:
        """What of the job still waits never runs. Nothing happens if none does."""
        line = self._lines.get(job.flow)
        if line is not None and job in line.jobs:
            _take(line, job, job.waiting_tokens)
            self._leave(job, line)

    def waiting_tokens(self) -> Mapping[Flow, Mapping[Model, int]]:
        """Tokens that wait, by flow and model."""
        return {flow: line.tokens for flow, line in self._lines.items()}

    def _leave(self, job: Job, line: _Line[Job, Model]) -> None:
        del line.jobs[job]
        if not line.jobs:
            del self._lines[job.flow]


def _take(line: _Line[Job, Model], job: Job, tokens: int) -> None:
    """Tokens of the job wait no more. A model of which none wait is forgotten: it may be one that
    is unloaded, in a line that never gets empty."""
    model = line.jobs[job]
    line.tokens[model] = line.tokens.get(model, 0) - tokens
    if not line.tokens[model]:
        del line.tokens[model]
