"""What the pipeline submits to: a queue of the scheduler, or a cache in front of one."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from sidecar.runtime.backlog import Backlog, WaitingWork
from sidecar.runtime.families import Outputs
from sidecar.runtime.flows import ANYONE, Flow
from sidecar.runtime.logit_cache import Key
from sidecar.runtime.session import ModelInput


@dataclass(frozen=True, slots=True)
class Scored:
    """The outputs of submitted inputs, one row each in their order, and the seconds they took."""

    outputs: Outputs
    """As the model's family reads them; a reranker's logits have shape (inputs,)."""
    queue_s: float
    """From submission to the first run."""
    infer_s: float
    """From the first run to the last."""
    cached: int = 0
    """Inputs that were not run for this submission: they were known, or ran for another."""
    tokens: int = 0
    """Of the inputs that were run for this submission."""


@dataclass(frozen=True, slots=True)
class Load:
    """How busy a scorer is now."""

    inputs: int
    """Of this scorer: waiting or running. A run counts as one."""
    tokens: int
    """Of this scorer: waiting or running."""
    backlog: Backlog
    """Of all models on the device."""
    longest_run_s: float
    """Since the start of the oldest run under way on the device; 0 without one."""
    tokens_per_second: float | None
    """Measured, all workers together; None before the first run."""

    @property
    def wait_s(self) -> float:
        """Until all that waits now is done, by the measured rates of all models on the device; 0
        while no rate is known."""
        return self.backlog.total_s

    def ahead_s(self, flow: Flow, tokens: int, due_s: float | None = None) -> float:
        """Seconds that `tokens` more of the flow would wait, in all, for other work: due in so many
        seconds, or as any work of its size."""
        new = WaitingWork.new(self.work_s(tokens))
        return self.backlog.ahead_s(flow, new if due_s is None else new._replace(due_s=due_s))

    def work_s(self, tokens: float) -> float:
        """Seconds that so many tokens take the device; 0 while no rate is known."""
        return tokens / self.tokens_per_second if self.tokens_per_second else 0.0


OnOutput = Callable[[int, Outputs], None]
"""(position, output) of an input, called as soon as it is known, in any thread. Must not raise."""


class Scorer(Protocol):
    """One model's way to its device."""

    async def prefetch(self, inputs: Sequence[ModelInput]) -> Sequence[Key] | None:
        """Before `submit`: what other replicas know of the inputs comes into this one's cache, if
        they share one. Then the answer is the inputs' keys, which `submit` need not make again.
        Takes milliseconds at most, and never fails."""

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
        """Queues the inputs of one request; cancelling the future takes them out again.

        `deadline` is on the monotonic clock. `on_output` sees each output before all are there, and
        those of runs that end after the future has failed or was cancelled. `in_order` has the
        inputs run as they come, and not the longest first: what is known at any time is then a
        whole beginning. `flow` is whose share of the device they take. `due`, on
        that clock, is when admission found them due; without it that follows from their size (see
        `run_order`). `keys` are those that `prefetch` gave for these inputs.

        The future fails with DeadlineExceeded, with InferenceFailed, or with RerankError if the
        scorer is closed first. Unless `in_order`, it fails as soon as the deadline cannot be met
        any more and others wait.
        """

    def load(self) -> Load:
        """How busy it is now."""

    @property
    def uncached(self) -> "Scorer":
        """The scorer without a cache in front of it: itself, if it has none."""
