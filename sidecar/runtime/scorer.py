"""What the pipeline submits to: a queue of the scheduler, or a cache in front of one."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from sidecar.runtime.families import Outputs
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


@dataclass(frozen=True, slots=True)
class Load:
    """How busy a scorer is now."""

    inputs: int
    """Of this scorer: waiting or running. A run counts as one."""
    tokens: int
    """Of this scorer: waiting or running."""
    wait_s: float
    """Until work that was submitted now would begin, by the measured rates of all models on the
    device; 0 while no rate is known."""
    longest_run_s: float
    """Since the start of the oldest run under way on the device; 0 without one."""
    tokens_per_second: float | None
    """Measured, all workers together; None before the first run."""


OnOutput = Callable[[int, Outputs], None]
"""(position, output) of an input, called as soon as it is known, in any thread. Must not raise."""


class Scorer(Protocol):
    """One model's way to its device."""

    def submit(
        self,
        inputs: Sequence[ModelInput],
        deadline: float,
        on_output: OnOutput | None = None,
        *,
        in_order: bool = False,
    ) -> "Future[Scored]":
        """Queues the inputs of one request; cancelling the future takes them out again.

        `deadline` is on the monotonic clock. `on_output` sees each output before all are there, and
        those of runs that end after the future has failed or was cancelled. `in_order` has the
        inputs run as they come, and not the longest first: what is known at any time is then a
        whole beginning.

        The future fails with DeadlineExceeded or InferenceFailed, or with RerankError if the scorer
        is closed first.
        """

    def load(self) -> Load:
        """How busy it is now."""
