"""Request coalescing: what `cached_scorer` knows of the inputs that several requests wait for.
An input runs once for all requests that bring it at the same time.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field

import numpy as np

from sidecar.runtime.families import Outputs
from sidecar.runtime.flows import Flow
from sidecar.runtime.jobs import TAG
from sidecar.runtime.logit_cache import Key
from sidecar.runtime.scorer import OnOutput, Scored
from sidecar.runtime.session import ModelInput


@dataclass(eq=False)
class Submission:
    """The inputs that a request submits. The scorer's lock guards `outputs` and `cached`."""

    flow: Flow
    inputs: Sequence[ModelInput]
    keys: Sequence[Key]
    deadline: float
    """On the scorer's clock, in seconds, as `submitted`."""
    submitted: float
    on_output: OnOutput | None = None
    in_order: bool = False
    due: float | None = None
    tag: object | None = field(default_factory=TAG.get)
    """Runs that it inherits from another are submitted elsewhere, and are still its own."""
    outputs: dict[int, Outputs] = field(default_factory=dict)
    """By position."""
    cached: int = 0
    """Inputs that are not run for this request."""
    runs: list["Future[Scored]"] = field(default_factory=list)
    """Of the others."""
    future: "Future[Scored]" = field(default_factory=Future)

    @property
    def complete(self) -> bool:
        return len(self.outputs) == len(self.inputs) and all(run.done() for run in self.runs)

    def scored(self, now: float) -> Scored:
        """What the request gets, once it is complete; `now` in seconds by the scorer's clock."""
        rows = [self.outputs[position] for position in range(len(self.inputs))]
        own = [run.result() for run in self.runs if not run.cancelled() and not run.exception()]
        queue_s = min((scored.queue_s for scored in own), default=0.0)
        outputs = np.array(rows) if rows else np.zeros(0, np.float32)
        tokens = sum(scored.tokens for scored in own)
        return Scored(outputs, queue_s, now - self.submitted - queue_s, self.cached, tokens)


@dataclass(eq=False)
class UnderWay:
    """An input that is being run. The scorer's lock guards it."""

    key: Key
    flow: Flow
    inputs: int
    """Of the smallest request that runs it, whose flow is the entry's."""
    runs: int = 1
    """Requests that run it."""
    waiting: list[tuple[Submission, int]] = field(default_factory=list)
    """Who gets its output, at which position."""

    def comes_soon_for(self, request: Submission) -> bool:
        """Whether the request may wait for it: its run is not behind more inputs than the
        request's own, nor behind another client's work or batch work."""
        urgent = self.flow.priority == "interactive" and request.flow.priority == "batch"
        return self.inputs <= len(request.inputs) and (urgent or self.flow == request.flow)


Owned = list[tuple[int, UnderWay]]
"""The inputs that a request runs: their positions and entries."""
