"""A request's inputs while they wait and run, and what a run was."""

from collections.abc import Sequence
from concurrent.futures import Future, InvalidStateError
from contextvars import ContextVar
from dataclasses import dataclass, field

import numpy as np

from sidecar.errors import RerankError
from sidecar.runtime.families import Outputs
from sidecar.runtime.flows import ANYONE, Flow
from sidecar.runtime.run_order import due_s
from sidecar.runtime.scorer import OnOutput, Scored
from sidecar.runtime.session import ModelInput

TAG: ContextVar[object | None] = ContextVar("tag", default=None)
"""What a job is of: whoever submits it may set this, and finds it in the reports of its runs."""


@dataclass(frozen=True, slots=True)
class RunReport:
    """What one run was, for metrics and for the measured rate."""

    model: str
    inputs: int
    tokens: int
    """Padding left out."""
    padded_tokens: int
    seconds: float
    failed: bool = False
    refused: bool = False
    """It failed by an input that is refused, which is no failure of the model."""
    tags: tuple[object, ...] = ()
    """Of its inputs' jobs, those that have one."""


UNKNOWN_RATE = 10_000.0
"""Tokens per second, for the order of jobs before any run."""


@dataclass(eq=False)
class Job:
    """The inputs of one request. The scheduler's lock guards its fields."""

    inputs: Sequence[ModelInput]
    deadline: float
    submitted: float
    waiting: list[tuple[int, int]]
    """(length, position) of the inputs that no run has taken yet, ascending."""
    waiting_tokens: int
    missing: int
    """How many outputs are still to come."""
    due: float
    """See `run_order`."""
    flow: Flow = ANYONE
    on_output: OnOutput | None = None
    in_order: bool = False
    """Whether the lowest position runs next, and not the longest input."""
    started: float | None = None
    outputs: Outputs | None = None
    tag: object | None = field(default_factory=TAG.get)
    future: "Future[Scored]" = field(default_factory=Future)

    @classmethod
    def of(
        cls,
        inputs: Sequence[ModelInput],
        deadline: float,
        now: float,
        on_output: OnOutput | None = None,
        *,
        flow: Flow = ANYONE,
        in_order: bool = False,
        due: float | None = None,
        tokens_per_second: float | None = None,
    ) -> "Job":
        """A job of which everything waits. Without `due` it is due by its size and the rate of its
        model, if that is known."""
        waiting = sorted((len(each), position) for position, each in enumerate(inputs))
        tokens = sum(length for length, _ in waiting)
        if due is None:
            due = now + due_s(tokens / (tokens_per_second or UNKNOWN_RATE), deadline - now)
        missing = len(inputs)
        return cls(inputs, deadline, now, waiting, tokens, missing, due, flow, on_output, in_order)

    def record(self, position: int, output: Outputs) -> bool:
        """Keeps the output of an input; whether it was the last that was missing."""
        if self.outputs is None:
            self.outputs = np.zeros((len(self.inputs), *output.shape), output.dtype)
        self.outputs[position] = output
        self.missing -= 1
        return self.missing == 0

    def finish(self, now: float) -> None:
        """Gives the outputs to whoever submitted the job."""
        started = self.started or self.submitted
        outputs = np.zeros(0, np.float32) if self.outputs is None else self.outputs
        tokens = sum(map(len, self.inputs))
        queue_s, infer_s = started - self.submitted, now - started
        settle(self.future, Scored(outputs, queue_s, infer_s, tokens=tokens))

    def fail(self, fault: RerankError, cause: BaseException | None = None) -> None:
        """Gives the fault instead, unless the job is done or cancelled."""
        fault.__cause__ = cause
        settle(self.future, fault)


def settle(future: "Future[Scored]", outcome: Scored | BaseException) -> None:
    """Gives the future its outcome, unless it has one or its client has cancelled it."""
    try:
        if isinstance(outcome, Scored):
            future.set_result(outcome)
        else:
            future.set_exception(outcome)
    except InvalidStateError:  # another thread was faster, or the client has cancelled it
        pass
