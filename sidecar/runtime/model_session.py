"""A model's session with what its runs need: inputs in, outputs of the model's family out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sidecar.errors import InferenceFailed
from sidecar.runtime.families import Family, Outputs
from sidecar.runtime.jobs import RunReport
from sidecar.runtime.manifest import Padding
from sidecar.runtime.runs import Layout, batch
from sidecar.runtime.session import Batch, ModelInput, RunsAlone, Session, Tensors

Observer = Callable[[RunReport], None]
"""Called with the report of each run, in the thread of the worker that did it."""


@dataclass(frozen=True, slots=True)
class ModelSession:
    """What a `ModelQueue` runs."""

    name: str
    session: Session
    layout: Layout
    padding: Padding
    pad_id: int
    family: Family
    on_run: Observer = lambda report: None

    def arrays(self, inputs: Sequence[ModelInput]) -> Batch:
        """The arrays of a run of these inputs, padded as the model needs it."""
        return batch(inputs, self.padding, self.pad_id)

    def outputs(self, arrays: Batch, *, alone: bool) -> Outputs:
        """A row for each input. A run that is `alone` on the device may use all of its cores.

        Raises whatever the session raises: InputRefused, InferenceFailed, or the runtime's errors.
        """
        if alone and isinstance(self.session, RunsAlone):
            return self.family.outputs(self.session.run_alone(arrays))
        return self.family.outputs(self.session.run(arrays))

    def unloaded(self) -> "ModelSession":
        """The same without the session, whose memory can go: runs raise InferenceFailed."""
        return replace(self, session=_Unloaded())


class _Unloaded:
    """The session of a model that is unloaded."""

    def run(self, batch: Batch) -> Tensors:
        raise InferenceFailed("the model is unloaded")
